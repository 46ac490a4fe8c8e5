"""``python -m support``。"""

import sys

from support.cli import main

if __name__ == "__main__":
    sys.exit(main())

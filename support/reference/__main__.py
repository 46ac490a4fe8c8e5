"""``python -m support.reference``：单独启动参考服务。"""

import sys

from support.reference.serve import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""``python -m support.observer``：单独启动观察站。"""

from __future__ import annotations

import sys

from support.observer.serve import main

sys.exit(main())

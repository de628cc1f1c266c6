"""``python -m tutor`` does what ``redis-tutor`` does."""

import sys

from tutor.cli import main

sys.exit(main())

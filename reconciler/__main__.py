"""`python -m reconciler` is `trueup`: how processes of Trueup start each other."""

import sys

from reconciler.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m reconciler` is `trueup`: how processes of Trueup start each other."""

import sys

from reconciler.cli import command

if __name__ == "__main__":
    sys.exit(command())

"""The `trueup` command: a thin shell over the reconciler, one file a command."""

from reconciler.cli.application import command, main

__all__ = ["command", "main"]

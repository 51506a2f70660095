"""What the reconciler promises."""

"""The values of the reconciler."""

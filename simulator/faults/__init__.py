"""Faults on demand: what to do to which requests, readings and pushes."""

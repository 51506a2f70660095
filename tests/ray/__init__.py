"""Real Ray, its nodes, and the workers that it keeps on them: `make test-ray`."""

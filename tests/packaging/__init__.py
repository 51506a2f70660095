"""What is installed: the wheel, the sdist, the pins and the hashes."""

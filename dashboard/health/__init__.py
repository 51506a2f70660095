"""The parts of the page Health, one panel a file."""

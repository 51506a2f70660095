"""The sources of evidence, one file each."""

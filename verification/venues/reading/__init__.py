"""Answers read exactly: what is missing, cut off or implausible is no fact."""

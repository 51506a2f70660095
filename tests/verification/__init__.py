"""Tests of verification: what the sources say, and what follows."""

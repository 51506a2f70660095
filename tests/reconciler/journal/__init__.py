"""Tests of the journal that bots write through the library."""

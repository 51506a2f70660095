"""Tests of the real processes: started, killed, stopped, as a machine does it."""

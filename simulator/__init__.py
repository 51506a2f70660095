"""An exchange that speaks real wire protocols on loopback, with faults on demand, and a demo bot."""

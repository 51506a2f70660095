"""`make torture`: the real processes killed, cut from power, stopped, lied to; no promise may be lost."""

"""Workers on more than one machine: placed, restarted and counted by Ray; who watches what, leases decide."""

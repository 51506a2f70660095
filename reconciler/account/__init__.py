"""One account under watch: its looks, its events, its verifications, its health."""

"""Pictures of the screens, as a command takes them."""

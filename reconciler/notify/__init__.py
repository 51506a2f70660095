"""Messages to people: what is owed to which channel and when, its words, and how a channel is reached."""

"""What the sources say about a position, and what follows. Knows no database, scheduler or screen."""

"""`make soak`: the real processes for minutes or hours, with the story running; what grows is found."""

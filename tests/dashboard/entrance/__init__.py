"""Who is let in to the screens: the gate itself, asked as a server asks it."""

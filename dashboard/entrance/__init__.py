"""Who is let in to the screens, and how: before anything of them is served."""

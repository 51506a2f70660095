"""How late each source shows a fill, measured; and how a venue's clock stands against ours."""

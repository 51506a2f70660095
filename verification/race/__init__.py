"""One question under way: its sources race, the first conclusive evidence answers."""

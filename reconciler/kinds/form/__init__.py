"""The form that the file of a kind fills in: its values and their types; pure."""

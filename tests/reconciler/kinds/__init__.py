"""The kinds of alerts: one file each, all of it said, and the page that is made of them."""

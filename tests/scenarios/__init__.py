"""What happens to bots, told as stories: opens, closes, and the incident that this project comes from."""

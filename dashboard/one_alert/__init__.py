"""The page of one alert, one part of it a file."""

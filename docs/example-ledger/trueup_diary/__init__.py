"""Lets Trueup read the diary of a home-made bot."""

"""What the two sides hold, compared: pure, from the merged view of a venue to confirmed findings."""

"""What may be asked of a venue, when and for which purpose: shares, weights, pauses; pure."""

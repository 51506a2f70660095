"""The exchange itself, in no venue's protocol: orders, matching, positions, market, truth."""

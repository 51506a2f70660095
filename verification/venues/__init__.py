"""What is known of each venue, as data, after its documentation and ccxt's code: one file a family."""

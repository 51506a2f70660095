"""What screens and the command line are given: frozen values, ready to show. No row or session crosses."""

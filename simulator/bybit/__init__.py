"""The face of Bybit v5, linear contracts of a unified account: paths, payloads, signatures, pushes."""

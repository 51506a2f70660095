"""How venues are read, without a socket."""

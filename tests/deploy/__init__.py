"""The files of `deploy/`, tried with the programs that they are for where these can run here."""

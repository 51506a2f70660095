"""Requests and sockets of a simulated venue: what is counted, refused, journalled and pushed."""

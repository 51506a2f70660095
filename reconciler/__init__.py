"""Compares what bots believe with what the venue holds, on a schedule and on events; remembers; alerts."""

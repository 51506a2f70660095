"""The library: positions that are opened, held and left without ever being lost."""

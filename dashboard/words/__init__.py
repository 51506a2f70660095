"""What the screens say, as sentences and figures. Pure."""

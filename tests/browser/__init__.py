"""The real dashboard in headless Chromium, against the running processes."""

"""What a verification that did not end well becomes for a person; pure."""

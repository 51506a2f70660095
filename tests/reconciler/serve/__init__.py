"""What is served to programs, over real sockets."""

"""A recorded account as the state that a simulated venue starts with."""

"""What `load-tests/bench` is made of."""

"""Things by their names."""

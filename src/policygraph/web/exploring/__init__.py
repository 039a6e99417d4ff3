"""What stands around a thing."""

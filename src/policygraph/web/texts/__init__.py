"""The words of the interface, in Dutch, English and French."""

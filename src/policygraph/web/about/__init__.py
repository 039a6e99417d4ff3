"""What the graph is, and how well it is made."""

"""A knowledge graph of AI policies: Turtle -> checked -> release -> engine -> web."""

from policygraph.notebook import open_dataset as open  # noqa: A004  (the name users type: policygraph.open)

__version__ = "0.1.0"

__all__ = ["__version__", "open"]

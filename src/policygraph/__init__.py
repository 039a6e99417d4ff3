"""A knowledge graph of AI policies: Turtle -> checked -> release -> engine -> web."""

from typing import TYPE_CHECKING, Any

from policygraph.notebook import open_dataset as open  # noqa: A004  (the name users type: policygraph.open)

if TYPE_CHECKING:
    from policygraph.client import Client

__version__ = "0.1.0"

__all__ = ["Client", "__version__", "open"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562)
    """Return `Client`, whose modules are loaded when it is first asked for."""
    if name == "Client":
        from policygraph.client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return all names, for completion."""
    return sorted({*globals(), *__all__})

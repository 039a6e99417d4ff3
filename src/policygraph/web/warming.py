"""What the first readers of a release would wait for, made before they come."""

from __future__ import annotations

from contextlib import suppress

from policygraph.errors import PolicygraphError
from policygraph.web.lookup import Lookup
from policygraph.web.site import Site
from policygraph.web.things.start import answered, questions_of


async def warm(site: Site) -> None:
    """Have the start page asked, which makes the workers know the data, and search its index.

    Where the engine has more to do than it can, nothing is made.
    """
    lookup = Lookup(site.engine, "warming")
    with suppress(PolicygraphError):
        await answered(lookup, questions_of(site.languages[0]))
        await site.index.get(lookup)

"""What a parameter of a saved query may be: things of the kind of its example, or languages."""

from __future__ import annotations

from policygraph.web.facts import Text
from policygraph.web.saved.filling import Hole
from policygraph.web.site import PageMaker

_MOST = 400
"""Things that a field offers; where there are more, it takes an address."""


async def choices(page: PageMaker, place: Hole) -> list[tuple[str, Text]]:
    """Return values as people write them, each with its label; empty where anything may stand."""
    if place.kind == "language":
        return [(code, Text(code)) for code in page.site.languages]
    if place.kind != "iri" or not place.below:
        return []
    lookup = page.site.lookup(page.request)
    iris = await lookup.alike(place.term[1:-1], place.below, _MOST + 1)
    if len(iris) > _MOST:
        return []
    facts = page.facts(await lookup.names(iris))
    found = [(iri.removeprefix(place.below), facts.label(iri)) for iri in iris]
    return sorted(found, key=lambda choice: choice[1].value.casefold())

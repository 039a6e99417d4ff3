"""Which queries are small: most likely answered within a millisecond, whatever the data."""

from __future__ import annotations

import re

from policygraph.engine.query import Query

_LONGEST = 4_096
_BEGINNING = re.compile(r"\{\s*(?:<[^<>\s]*>|[\w-]*:[\w.-]*)\s")
"""A group whose first pattern begins with one thing."""


def is_small(query: Query) -> bool:
    """Whether a query looks small: one group of patterns that begins with one thing.

    It looks no further, so it may be wrong: a thing may have a million triples, and a second
    pattern may have nothing to do with the first. Who relies on it has to watch what happens.
    """
    text = query.text
    if len(text) > _LONGEST or text.count("{") != 1:
        return False
    if query.default_graphs or query.named_graphs or query.seconds is not None:
        return False
    group = _BEGINNING.search(text)
    if group is None or text.find("*", group.end()) >= 0 or text.find("+", group.end()) >= 0:
        return False  # it may be a path
    lowered = text.lower()
    return not ("service" in lowered or "from" in lowered or "\\u" in lowered)

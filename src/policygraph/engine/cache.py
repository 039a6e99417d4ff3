"""Answers that were given before: kept whole, within a number of bytes, the latest used longest."""

from __future__ import annotations

import re
from collections import OrderedDict

import deflate

from policygraph.engine.query import Form, Query
from policygraph.formats import Format

LARGEST = 1 << 20
"""Bytes of the largest answer that is kept; and what an evaluation holds back to keep it."""
_OVERHEAD = 700
"""Bytes that Python needs for an entry beside its texts."""
_REQUESTS = 8
"""Requests that are known by their bytes, for one answer: clients spell the same differently."""
_PACK_LEVEL = 6

_CHANGING = re.compile(
    r"(?:now|rand|uuid|bnode)(?:\s++|#[^\r\n]*+)*+\(|service|\\u", re.IGNORECASE | re.ASCII
)
"""What may give another answer next time. Searched in the text as it stands, as a scanner and the
parser need not agree on what is a string, an IRI or a comment; an escape may hide any of it."""

_CHANGING_WORDS = ("now", "rand", "uuid", "bnode", "service", "\\u")
"""All that `_CHANGING` finds has one of these; looking for them is much quicker."""

Key = tuple[str, str, tuple[str, ...], tuple[str, ...], str, str]


def may_change(text: str) -> bool:
    """Whether the same query of the same data may give another answer next time."""
    lowered = text.lower()
    for word in _CHANGING_WORDS:
        if word in lowered:
            return _CHANGING.search(text) is not None
    return False


def pack(body: bytes) -> bytes:
    """Return bytes in gzip."""
    return bytes(deflate.gzip_compress(body, _PACK_LEVEL))


class Kept:
    """A whole answer in the cache."""

    __slots__ = ("body", "form", "format", "key", "packed", "requests", "size")

    def __init__(self, key: Key, form: Form, chosen: Format, body: bytes) -> None:
        self.key = key
        self.form = form
        self.format = chosen
        self.body = body
        self.packed = b""
        """The body in gzip, once somebody has asked for it."""
        self.requests: tuple[bytes, ...] = ()
        self.size = _OVERHEAD + len(body) + 2 * len(key[1])


class AnswerCache:
    """Answers by what was asked of which data."""

    def __init__(self, identity: str, limit: int) -> None:
        self._identity = identity
        self._limit = limit
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._responses: dict[bytes, tuple[Kept, bytes]] = {}
        self.size = 0
        """Bytes that all entries take."""
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def key(self, query: Query) -> Key | None:
        """Return under what an answer is kept; None if the next may be another, or is not kept."""
        if not self._limit or may_change(query.text):
            return None
        results = query.results.name if query.results else ""
        graph = query.graph.name if query.graph else ""
        return (
            self._identity, query.text, query.default_graphs, query.named_graphs, results, graph
        )  # fmt: skip

    def get(self, key: Key) -> Kept | None:
        """Return a kept answer, which is then the last to go."""
        kept = self._kept.get(key)
        if kept is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return kept

    def put(self, key: Key, form: Form, chosen: Format, body: bytes) -> Kept:
        """Keep a whole answer; it is returned even where it is too large to stay."""
        kept = Kept(key, form, chosen, body)
        if len(body) <= LARGEST and kept.size <= self._limit:
            if before := self._kept.get(key):
                self._drop(before)
            self._kept[key] = kept
            self._grow(kept.size)
        return kept

    def packed(self, kept: Kept) -> bytes:
        """Return the body in gzip."""
        if not kept.packed:
            kept.packed = pack(kept.body)
            self._count(kept, len(kept.packed))
        return kept.packed

    def attach(self, kept: Kept, request: bytes, response: bytes) -> None:
        """Keep the response to a request, as bytes that need no reading; see `response`."""
        if len(kept.requests) >= _REQUESTS or request in self._responses:
            return
        if self._kept.get(kept.key) is kept:
            kept.requests += (request,)
            self._responses[request] = (kept, response)
            self._count(kept, len(request) + len(response) + _OVERHEAD // 2)

    def response(self, request: bytes) -> bytes | None:
        """Return the response to exactly these bytes, if it is kept."""
        found = self._responses.get(request)
        if found is None:
            return None
        self.hits += 1
        self._kept.move_to_end(found[0].key)
        return found[1]

    def _count(self, kept: Kept, more: int) -> None:
        if self._kept.get(kept.key) is kept:
            kept.size += more
            self._grow(more)

    def _grow(self, more: int) -> None:
        self.size += more
        while self.size > self._limit:
            self._drop(next(iter(self._kept.values())))

    def _drop(self, kept: Kept) -> None:
        del self._kept[kept.key]
        for request in kept.requests:
            del self._responses[request]
        self.size -= kept.size

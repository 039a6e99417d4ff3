"""Which remote endpoints a query would call: the refusal, or the text that calls the broker.

The parser of pyoxigraph and a scanner never agree on every text: it takes `SERVICESILENT<...>`,
`SERVICE:name` and `trueSERVICE<...>` for a SERVICE, and reads `<1#>` after an operand as a
comparison and a comment. So what is found here only finds the name for the message, and what may
stand for an allowed call. What is trusted is the parser itself: see `reading.read`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policygraph.engine.tokens import Source, Token
from policygraph.errors import ServiceRefused

WORD = "service"
MOST_CLAUSES = 16
"""SERVICE clauses that one query may have; each costs a reading of the text."""


_MAY_CALL = re.compile(r"service|\\u", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside of a worker: the endpoints that may be called, and the way to them."""

    allowed: tuple[str, ...] = ()
    port: int = 0
    """Where the broker listens on loopback; see `broker`."""
    token: str = ""
    """What opens the broker, for one query."""

    def address(self, endpoint: str, silent: bool) -> str:
        """Return the address that stands for an allowed endpoint: itself, without a broker."""
        if not self.port:
            return endpoint
        number = self.allowed.index(endpoint)
        return f"http://127.0.0.1:{self.port}/{self.token}/{number}" + "/silent" * silent


def may_call(text: str) -> bool:
    """Whether a query text could have a SERVICE; an escape may hide the word."""
    return _MAY_CALL.search(text) is not None


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a text has SERVICE, SILENT perhaps, an IRI or a prefixed name, and a brace."""

    service: Token
    silent: Token | None
    iri: Token

    @property
    def end(self) -> int:
        """The offset after the IRI."""
        return self.iri.start + len(self.iri.text)


def clauses(tokens: list[Token]) -> list[Clause]:
    """Return what looks like a SERVICE of an endpoint that is written out, as it usually is."""
    found = []
    for index, token in enumerate(tokens):
        if token.keyword != "SERVICE":
            continue
        following = tokens[index + 1 : index + 4]
        silent = following.pop(0) if following and following[0].keyword == "SILENT" else None
        if (
            len(following) >= 2
            and following[0].kind in ("iri", "name")
            and following[1].text == "{"
        ):
            found.append(Clause(token, silent, following[0]))
    return found


def as_graphs(text: str, found: Iterable[Clause]) -> str:
    """Return the text with GRAPH in place of SERVICE; it has the same length and grammar."""
    for clause in found:
        for token, word in ((clause.service, "GRAPH"), (clause.silent, "")):
            if token:
                end = token.start + len(token.text)
                text = text[: token.start] + word.ljust(len(token.text)) + text[end:]
    return text


def replaced(text: str, found: Iterable[Clause], words: Iterable[str]) -> str:
    """Return the text with the clauses, up to their braces, replaced by other words."""
    pieces = []
    position = 0
    for clause, other in zip(found, words, strict=True):
        pieces += [text[position : clause.service.start], f" {other} "]
        position = clause.end
    return "".join((*pieces, text[position:]))


def refusal(
    source: Source, tokens: list[Token], iris: Mapping[int, str], allowed: tuple[str, ...]
) -> ServiceRefused | None:
    """Return the error that names the first endpoint that may not be called; None if all may.

    `iris` has the full IRI of the clause whose SERVICE stands at an offset.
    """
    for index, token in enumerate(tokens):
        if iris.get(token.start) in allowed:
            continue
        following = tokens[index + 1 : index + 3]
        if _calls(token, tokens[index - 1] if index else None, following):
            return _refused(source, token, following, iris.get(token.start), allowed)
    return None


def _calls(token: Token, before: Token | None, following: list[Token]) -> bool:
    if token.kind == "word":
        return WORD in token.text.lower()
    if token.kind != "name" or WORD not in token.text.partition(":")[0].lower():
        return False
    in_graph_clause = before is not None and before.keyword == "GRAPH"
    return bool(following) and following[0].text == "{" and not in_graph_clause


def _refused(
    source: Source,
    token: Token,
    following: list[Token],
    iri: str | None,
    allowed: tuple[str, ...],
) -> ServiceRefused:
    if following and following[0].keyword == "SILENT":
        following = following[1:]
    place = source.place(token.start)
    why = "this endpoint calls no other endpoint"
    if allowed:
        why = f"this endpoint calls {_listed(allowed)} only"
    if token.kind == "name" or not following:
        return ServiceRefused(f"{place}: {why} ({token.text})")
    endpoint = following[0]
    if endpoint.kind == "variable":
        return ServiceRefused(
            f"{place}: SERVICE {endpoint.text} is not allowed: name the endpoint instead of a "
            "variable"
        )
    shown = endpoint.text
    if iri and shown != f"<{iri}>":
        shown += f" (<{iri}>)"
    return ServiceRefused(f"{place}: SERVICE {shown} is not allowed: {why}")


def _listed(allowed: tuple[str, ...]) -> str:
    shown = [f"<{iri}>" for iri in allowed[:3]]
    more = len(allowed) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")

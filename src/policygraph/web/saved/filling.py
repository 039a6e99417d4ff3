"""What a saved query takes and gives: kinds of its parameters, other values for them, its columns.

A saved query can be run as it stands. Each parameter names the term that stands there as an
example, so another value takes the place of that term, wherever it is a term of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from policygraph.engine.tokens import Token, body, tokenize
from policygraph.errors import BrokenInput
from policygraph.namespaces import XSD
from policygraph.terms import Literal, NamedNode
from policygraph.web.lookup import iri_ref

_KINDS = {
    "language": re.compile(r"[a-z]{2,3}"),
    "integer": re.compile(r"[+-]?[0-9]+"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(.*)', re.DOTALL)
_DATE = f"^^<{XSD.date}>"


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a saved query, with the term that stands there."""

    name: str
    term: str
    kind: str
    """iri, language, date, integer or string."""
    example: str
    """The same value as people write it: for an IRI the part behind `below`."""
    below: str = ""
    """For an IRI: the namespace in which a bare name is looked up."""


def hole(name: str, term: str, prefixes: Mapping[str, str]) -> Hole:
    """Return the place of a parameter, with its kind as the term shows it."""
    if term.startswith("<"):
        iri = term[1:-1]
        spaces = [space for space in prefixes.values() if iri.startswith(space)]
        below = max(spaces, key=len, default="")
        return Hole(name, term, "iri", iri[len(below) :], below)
    quoted = _QUOTED.fullmatch(term)
    if quoted is None:
        return Hole(name, term, "integer", term)
    value = re.sub(r"\\(.)", r"\1", quoted[1])
    if quoted[2] == _DATE:
        return Hole(name, term, "date", value)
    language = name == "language" and _KINDS["language"].fullmatch(value)
    return Hole(name, term, "language" if language else "string", value)


def filled(
    text: str, holes: Mapping[str, Hole], values: Mapping[str, str], prefixes: Mapping[str, str]
) -> str:
    """Return the text with other values in its holes.

    Raises BrokenInput for a parameter that the query does not have, or a value of another kind.
    """
    for name in values:
        if name not in holes:
            takes = ", ".join(holes) or "none"
            raise BrokenInput(f"This query has no parameter {name!r}; it takes: {takes}.")
    terms = {name: _term(holes[name], value, prefixes) for name, value in values.items()}
    for start, end, name in reversed(places(text, {name: holes[name] for name in values})):
        text = text[:start] + terms[name] + text[end:]
    return text


def places(text: str, holes: Mapping[str, Hole]) -> list[tuple[int, int, str]]:
    """Return where parameters stand in a text: from, to, and the name."""
    tokens = tokenize(text)
    wanted = [(name, tuple(t.text for t in tokenize(h.term))) for name, h in holes.items()]
    found = []
    for at in range(len(tokens)):
        for name, words in wanted:
            if _stands(tokens, at, words):
                last = tokens[at + len(words) - 1]
                found.append((tokens[at].start, last.start + len(last.text), name))
                break
    return found


def template(text: str, holes: Mapping[str, Hole]) -> list[str]:
    """Return a text in pieces: by turns what is fixed, and the name of a parameter."""
    pieces, at = [], 0
    for start, end, name in places(text, holes):
        pieces += [text[at:start], name]
        at = end
    return [*pieces, text[at:]]


def _stands(tokens: list[Token], at: int, words: tuple[str, ...]) -> bool:
    """Whether a term stands there, and is not the beginning of a longer one."""
    found = tuple(token.text for token in tokens[at : at + len(words)])
    after = tokens[at + len(words)] if at + len(words) < len(tokens) else None
    longer = after is not None and (after.kind == "language" or after.text == "^^")
    datatype = at > 0 and tokens[at - 1].text == "^^"
    return found == words and not longer and not datatype


def _term(place: Hole, value: str, prefixes: Mapping[str, str]) -> str:
    if place.kind == "iri":
        return iri_ref(
            _expanded(value.strip().removeprefix("<").removesuffix(">"), place, prefixes)
        )
    wanted = _KINDS.get(place.kind)
    if wanted and not wanted.fullmatch(value):
        raise BrokenInput(
            f"{place.name}={value[:200]!r} is no {place.kind}; an example: {place.example}."
        )
    if place.kind == "integer":
        return value
    if place.kind == "date":
        return str(Literal(value, datatype=NamedNode(XSD.date)))
    return str(Literal(value))


def _expanded(value: str, place: Hole, prefixes: Mapping[str, str]) -> str:
    name, colon, rest = value.partition(":")
    if colon and name in prefixes and not rest.startswith("//"):
        return prefixes[name] + rest
    return value if colon else place.below + value


def form_of(text: str) -> str:
    """Return the form of a query: SELECT, ASK, CONSTRUCT or DESCRIBE."""
    words = body(tokenize(text))
    return words[0].keyword if words else ""


def columns_of(text: str) -> list[str] | None:
    """Return the columns that a SELECT names; None for `SELECT *` and for every other form."""
    words = body(tokenize(text))
    if not words or words[0].keyword != "SELECT":
        return None
    columns, depth, before = [], 0, ""
    for word in words[1:]:
        if word.text == "{" or (depth == 0 and word.keyword in ("WHERE", "FROM")):
            break
        if word.text in "()":
            depth += 1 if word.text == "(" else -1
        elif word.kind == "variable" and (depth == 0 or (depth == 1 and before == "AS")):
            columns.append(word.text[1:])
        before = word.keyword
    return columns or None


def called(text: str) -> list[str]:
    """Return the endpoints of others that a query asks by SERVICE, as far as it names them."""
    words = tokenize(text)
    found = []
    for at, word in enumerate(words):
        if word.keyword == "SERVICE":
            rest = [w for w in words[at + 1 : at + 3] if w.keyword != "SILENT"]
            found += [w.text[1:-1] for w in rest[:1] if w.kind == "iri"]
    return list(dict.fromkeys(found))

"""A query text, read before it is evaluated: its dataset, its refusals, its syntax problems."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox

from policygraph.engine import federation
from policygraph.engine.federation import Clause, Outside
from policygraph.engine.tokens import Source, Token, body, declared, tokenize
from policygraph.errors import (
    BrokenInput,
    PolicygraphError,
    Refused,
    ServiceRefused,
    SyntaxProblem,
)
from policygraph.namespaces import BASE, prefixes

_RESERVED = re.compile(r"service|from", re.IGNORECASE | re.ASCII)
_UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split())
_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PAD = " " * 32
"""Longer than any keyword of the grammar; see `_found`."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """The dataset that a query asks for (SPARQL 1.1, 13.2): graphs by IRI."""

    default: tuple[str, ...]
    named: tuple[str, ...]


class Reading(NamedTuple):
    """What is evaluated: a text without FROM, and the dataset, if one is asked for.

    Each SERVICE of the text names the broker instead of the endpoint; see `Outside.address`.
    """

    text: str
    graphs: Graphs | None


_NOWHERE = Outside()


def read(
    text: str,
    default_graphs: tuple[str, ...] = (),
    named_graphs: tuple[str, ...] = (),
    base: str = BASE,
    outside: Outside = _NOWHERE,
) -> Reading:
    """Return what to evaluate for a query text; graphs given beside the text win over FROM.

    Relative IRIs are resolved against `base` unless the text declares another (SPARQL 1.1, 4.1.1).
    Raises ServiceRefused for a SERVICE of an endpoint that is not allowed, however it is spelt,
    and SyntaxProblem where reading already shows one; `problem` explains what the evaluator finds
    later.
    """
    given = Graphs(default_graphs, named_graphs) if default_graphs or named_graphs else None
    lowered = text.lower()
    if not ("service" in lowered or "from" in lowered or "\\u" in lowered):
        return Reading(text, given)
    source = Source(text)
    tokens = tokenize(source.text)
    spans, iris = _dataset_clauses(tokens)
    plain = source.text
    for start, end in spans:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    services = _Services(plain, source, tokens, base, outside)
    services.check()
    if iris and given is None:
        try:
            values = resolved(source.text, tokens, [iri for _, iri in iris], base)
        except SyntaxError as error:
            raise problem(text, error, base) from error
        given = _graphs([named for named, _ in iris], values)
    return services.reading(given)


class _Services:
    """The SERVICE clauses of a text, as the parser that evaluates it sees them."""

    def __init__(
        self, plain: str, source: Source, tokens: list[Token], base: str, outside: Outside
    ) -> None:
        self._plain = plain
        self._source = source
        self._tokens = tokens
        self._base = base
        self._outside = outside
        self._iris: dict[int, str] = {}
        """Offset of a SERVICE to the endpoint."""
        found = federation.clauses(tokens)[: federation.MOST_CLAUSES + 1]
        for clause in found:
            try:
                (iri,) = resolved(source.text, tokens, [clause.iri.text], base)
            except SyntaxError:
                continue  # what is wrong with it is found when all is parsed
            self._iris[clause.service.start] = iri
        self._allowed = [
            clause for clause in found if self._iris.get(clause.service.start) in outside.allowed
        ]

    def check(self) -> None:
        """Raise unless the parser agrees on each allowed SERVICE, and finds no other, and no FROM.

        Every other "service" and "from" must be part of a name, a string or a comment. Then other
        letters in its place leave the text as correct as it was; a keyword turned into a word that
        is none does not. An allowed SERVICE may be a GRAPH as well. This asks the parser that
        evaluates, hence there is no second opinion.
        """
        if len(self._allowed) > federation.MOST_CLAUSES:
            message = f"a query may have at most {federation.MOST_CLAUSES} SERVICE clauses"
            raise ServiceRefused(message)
        masked = self._masked(federation.as_graphs(self._plain, self._allowed))
        if masked == self._plain:
            return
        if error := _error(masked, self._base):
            refused = federation.refusal(
                self._source, self._tokens, self._iris, self._outside.allowed
            )
            raise refused or problem(self._source.original, error, self._base, masked) from error
        for clause in self._allowed:
            others = [other for other in self._allowed if other is not clause]
            masked = self._masked(federation.as_graphs(self._plain, others))
            if not _error(masked, self._base):
                raise self._unclear(clause)
        if self._allowed:
            graphs = self._with_calls("GRAPH <http://127.0.0.1/>" for _ in self._allowed)
            if _error(self._masked(graphs), self._base):
                raise self._unclear(self._allowed[0])

    def _masked(self, text: str) -> str:
        """Return the text with other letters in place of each "service" and "from"."""
        for word in {match.lower() for match in _RESERVED.findall(text)}:
            text = re.sub(word, absent(word, text), text, flags=re.IGNORECASE | re.ASCII)
        return text

    def _with_calls(self, words: Iterable[str]) -> str:
        return federation.replaced(self._plain, self._allowed, words)

    def _unclear(self, clause: Clause) -> SyntaxProblem:
        """Return the error for a SERVICE that is part of something else for the parser."""
        place = self._source.place(clause.service.start)
        return SyntaxProblem("what stands here can be read as a SERVICE or as another thing", place)

    def reading(self, graphs: Graphs | None) -> Reading:
        """Return what to evaluate; every SERVICE that is left leads to the broker."""
        if not self._allowed:
            return Reading(self._plain, graphs)
        words = (
            f"SERVICE {'SILENT ' if clause.silent else ''}<{self._address(clause)}>"
            for clause in self._allowed
        )
        return Reading(self._with_calls(words), graphs)

    def _address(self, clause: Clause) -> str:
        iri = self._iris[clause.service.start]
        return self._outside.address(iri, silent=clause.silent is not None)


def _error(text: str, base: str) -> SyntaxError | None:
    """Return what the parser says against a text; None if it can be parsed."""
    try:
        ox.Store().query(text, base_iri=base)
    except SyntaxError as error:
        return error
    except (RuntimeError, ValueError, OSError):
        pass  # it can be parsed, that is all we asked
    return None


def absent(word: str, text: str) -> str:
    """Return a word of the same length that the text does not have."""
    lowered = text.lower()
    for first in "xqjzvwk":
        for second in "qxjz":
            candidate = first + second + word[2:]
            if candidate not in lowered:
                return candidate
    raise BrokenInput(f"the query has too many words like {word!r}; rename some")


def _dataset_clauses(tokens: list[Token]) -> tuple[list[tuple[int, int]], list[tuple[bool, str]]]:
    """Find FROM and FROM NAMED outside of braces: their spans, and (named?, IRI as written)."""
    spans: list[tuple[int, int]] = []
    iris: list[tuple[bool, str]] = []
    depth = 0
    for index, token in enumerate(tokens):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth or token.keyword != "FROM":
            continue
        named = index + 1 < len(tokens) and tokens[index + 1].keyword == "NAMED"
        target = index + 1 + named
        if target < len(tokens) and tokens[target].kind in ("iri", "name"):
            iri = tokens[target]
            spans.append((token.start, iri.start + len(iri.text)))
            iris.append((named, iri.text))
    return spans, iris


def resolved(text: str, tokens: list[Token], iris: list[str], base: str) -> list[str]:
    """Let the parser resolve prefixed names and relative IRIs, under the query's own prologue."""
    rest = body(tokens)
    prologue = text[: rest[0].start] if rest else text
    columns = " ".join(f"({iri} AS ?g{number})" for number, iri in enumerate(iris))
    answer = ox.Store().query(f"{prologue}\nSELECT {columns} {{}}", base_iri=base)
    if not isinstance(answer, ox.QuerySolutions):  # the text is ours: it is a SELECT
        raise BrokenInput("the IRIs of the query cannot be read")
    row = next(answer)
    return [row[number].value for number in range(len(iris))]


def _graphs(named: list[bool], values: list[str]) -> Graphs:
    pairs = list(zip(named, values, strict=True))
    return Graphs(
        tuple(value for is_named, value in pairs if not is_named),
        tuple(value for is_named, value in pairs if is_named),
    )


def problem(
    text: str, error: SyntaxError, base: str, parsed: str | None = None
) -> PolicygraphError:
    """Return the error to show for a text that the parser rejected.

    `parsed` is the text that was given to the parser, where it is not the resolved one. An update
    is Refused; all else is a SyntaxProblem in plain words, with the place in the text as sent.
    """
    source = Source(text)
    tokens = tokenize(source.text)
    start = body(tokens)
    if start and start[0].keyword in _UPDATES:
        return Refused(
            f"This endpoint is read-only: {start[0].keyword} is an update, and updates are refused"
        )
    return (
        _unclosed(source, tokens)
        or _undeclared(source, tokens, base)
        or _found(source, tokens, error, base, parsed or source.text)
    )


def _unclosed(source: Source, tokens: list[Token]) -> SyntaxProblem | None:
    for token in tokens:
        if token.kind == "other" and token.text in "\"'":
            return SyntaxProblem(
                "the string that starts here is not closed", source.place(token.start)
            )
    return None


def _undeclared(source: Source, tokens: list[Token], base: str) -> SyntaxProblem | None:
    known = declared(tokens)
    previous = Token("", "", 0)
    for token in body(tokens):
        before, previous = previous, token
        name = token.text.partition(":")[0]
        if token.kind != "name" or name in known:
            continue
        if before.text == "<" and before.start + 1 == token.start:
            return SyntaxProblem(
                "this IRI has no end, or a character in it that must be written as %XX",
                source.place(before.start),
            )
        iri = prefixes(base).get(name)
        hint = f"; did you mean PREFIX {name}: <{iri}> ?" if iri else ""
        return SyntaxProblem(f"the prefix {name}: is not declared{hint}", source.place(token.start))
    return None


def _found(
    source: Source, tokens: list[Token], error: SyntaxError, base: str, text: str
) -> SyntaxProblem:
    """Find the token at which reading stopped.

    The parser reports the furthest character that it looked at, up to a keyword's length beyond
    the one that is wrong. So it is asked again, with every token followed by more blanks than any
    keyword has letters; then that character lies between the wrong token and the next.
    """
    starts: list[int] = []
    pieces: list[str] = []
    length = 0
    for token in tokens:
        starts.append(length)
        piece = text[token.start : token.start + len(token.text)] + _PAD
        pieces.append(piece)
        length += len(piece)
    padded = "".join(pieces)
    try:
        ox.Store().query(padded, base_iri=base)
    except SyntaxError as spaced:
        error = spaced
    match = _PLACE.match(str(error))
    if match is None or not tokens:
        return SyntaxProblem("the query is empty" if not tokens else str(error), source.place(0))
    offset = _offset(padded, int(match[1]), int(match[2]))
    index = bisect_right(starts, offset) - 1
    reason = _reason(match[3])
    if offset >= len(padded) - 1:
        end = tokens[-1].start + len(tokens[-1].text)
        return SyntaxProblem(
            reason or "the query ends too early" + _wanted(match[3]), source.place(end)
        )
    token = tokens[max(index, 0)]
    return SyntaxProblem(
        reason or f"{_shown(token)} is not expected here" + _wanted(match[3]),
        source.place(token.start),
    )


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def _shown(token: Token) -> str:
    return token.text if len(token.text) <= 60 else token.text[:57] + "..."


def _reason(expected: str) -> str:
    """Return the sentence among what the parser expected: its checks beyond the grammar."""
    for part in expected.split(", "):
        if re.match(r"[A-Za-z\\]\S* [a-z]", part) or re.match(r"The [A-Z]", part):
            return part[:1].lower() + part[1:] if part.startswith("The ") else part
    return ""


def _wanted(expected: str) -> str:
    """Return "(expected ...)" where the parser expected a bracket."""
    signs = re.findall(r'"([{}()])"', expected)
    return f" (expected {' or '.join(signs)})" if signs else ""

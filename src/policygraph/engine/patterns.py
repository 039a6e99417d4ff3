"""The triple patterns of a query text, and what stands around them; or that it is in any doubt.

Read are texts of a few kinds of words that no two scanners understand differently: a SELECT with
one group, at the beginning of which stand triple patterns of IRIs, names, variables and plain
literals, perhaps of `[]`, with `;`, `,` and `/` between predicates. FILTER may stand among them;
FILTER, BIND and OPTIONAL may follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Word = tuple[str, str]
"""Its kind, a group of `_WORD`, and the word."""
Triple = tuple[str, str, str]
"""Subject, predicate and object as they are written."""

_LONGEST = 20_000
_PLAIN = re.compile(r"[\t\n\r -~]*")
"""No other blanks: they are some for Python, and none for SPARQL."""
_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_NAME = r"(?:[A-Za-z][\w-]*)?:[A-Za-z_][\w-]*"
_ENDED = r"(?=[\s.;,/}])"
_PREFIX = rf"PREFIX\s+((?:[A-Za-z][\w-]*)?):\s*({_IRI})"
_PREFIXES = re.compile(rf"#[^\r\n]*|{_PREFIX}", re.IGNORECASE | re.ASCII)
"""Comments as well: what they have of prefixes is none."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HEAD = re.compile(
    rf"((?:\s*(?:#[^\r\n]*(?=[\r\n])|{_PREFIX}))*)"
    r"\s*SELECT\b(?!\s*(?:DISTINCT\s*)?\*)[^{}#\"'\\<]*\{",
    re.IGNORECASE | re.ASCII,
)
_UNSURE = ("distinct", "hop", "counted", "service", "\\", '""', "''")
"""One of these is in every text in which `_UNSURE_TEXT` is found; they are found sooner."""
_UNSURE_TEXT = re.compile(r"distinct\s*\*|[?$](?:hop|counted)|service|\\|\"{3}|'{3}")
_WORD = re.compile(
    rf"\s*(?:(?P<variable>\?\w+)|(?P<nameless>\[\s*\])|(?P<term>(?:{_IRI}|{_NAME}){_ENDED})|(?P<a>a)(?=\s)"
    rf"|(?P<literal>\"[^\"\r\n]*\"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:{_IRI}|{_NAME}))?{_ENDED}"
    r"|[0-9]+(?=[\s;,}]))|(?P<sign>\.(?=[\s?}<])|[;,/]))",
    re.ASCII,
)
_CLAUSE = re.compile(
    r"\s*(?:(?P<filter>FILTER\s*(?:[A-Za-z]+\s*)?\()|BIND\s*\(|OPTIONAL\s*\{)",
    re.IGNORECASE | re.ASCII,
)
_PIECE = re.compile(
    r"[^(){}<>\"'#]+|\"[^\"\r\n]*\"|'[^'\r\n]*'|<[^<>\"{}|^`\s()#']*>|>|<=?(?=[\s?\"0-9])"
    r"|(?P<open>[({])|(?P<close>[)}])"
)
"""Of a clause: brackets, and what could hide one."""
_DOT = re.compile(r"\s*(?:\.(?=[\s?}<]))?")
_END = re.compile(r"\s*\}[^{}]*")


class Doubt(Exception):
    """A text is not of the kind that is read here."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A query text, taken apart."""

    before: str
    """All up to the group's opening brace."""
    triples: list[Triple]
    filters: list[str]
    """What stands between the triples."""
    after: str
    prefixes: dict[str, str]

    def iri(self, name: str) -> str:
        """Return the IRI of a predicate or class; raises Doubt for a relative one."""
        prefix, _, local = name.partition(":")
        iri = name[1:-1] if name[0] == "<" else self.prefixes.get(prefix, "") + local
        if not _ABSOLUTE.match(iri):
            raise Doubt
        return iri

    def text(self, patterns: str) -> str:
        """Return the query with other patterns in place of the triples."""
        return "".join((self.before, " ", patterns, " ", *self.filters, self.after))


def taken_apart(text: str) -> Parts:
    """Return the parts of a query text; raises Doubt."""
    head = _HEAD.match(text) if len(text) <= _LONGEST and _PLAIN.fullmatch(text) else None
    lower = text.lower()
    if head is None or (any(word in lower for word in _UNSURE) and _UNSURE_TEXT.search(lower)):
        raise Doubt
    words, filters, end = _words(text, head.end())
    prefixes = {name: iri[1:-1] for name, iri in _PREFIXES.findall(head[1]) if iri}
    return Parts(text[: head.end()], list(_triples(words)), filters, text[end:], prefixes)


def _words(text: str, position: int) -> tuple[list[Word], list[str], int]:
    """Return the words of the triple patterns, each FILTER between them, and where the rest is."""
    words: list[Word] = []
    filters = []
    while True:
        if word := _WORD.match(text, position):
            words.append((str(word.lastgroup), word[0].strip()))
            position = word.end()
        elif (clause := _CLAUSE.match(text, position)) and clause["filter"]:
            end = _closed(text, clause.end())
            filters.append(text[position:end])
            if words and words[-1][1] != ".":
                words.append(("sign", "."))
            position = _after_dot(text, end)
        else:
            break
    rest = position
    while clause := _CLAUSE.match(text, rest):
        rest = _after_dot(text, _closed(text, clause.end()))
    if not _END.fullmatch(text, rest):
        raise Doubt
    return words, filters, position


def _closed(text: str, position: int) -> int:
    """Return where the bracket before `position` is closed."""
    opened = [text[position - 1]]
    while opened:
        piece = _PIECE.match(text, position)
        if piece is None:
            raise Doubt
        if piece["open"]:
            opened.append(piece[0])
        elif piece["close"] and opened.pop() + piece[0] not in ("()", "{}"):
            raise Doubt
        position = piece.end()
    return position


def _after_dot(text: str, position: int) -> int:
    dot = _DOT.match(text, position)
    return dot.end() if dot else position


def _triples(words: Iterable[Word]) -> Iterator[Triple]:
    """Yield the triples, without what `;` and `,` save to write; a path has variables of its own.

    `a/b` means what two triples with a variable between them mean (SPARQL 1.1, 18.2.2.4).
    """
    hops = 0
    rest = iter(words)
    for kind, subject in rest:
        if kind == "nameless":
            hops += 1
            kind, subject = "variable", f"?hop{hops}"
        _expect(kind, "variable", "term")
        sign = ";"
        while sign == ";":
            path = []
            sign = "/"
            while sign == "/":
                kind, predicate = next(rest, ("", ""))
                _expect(kind, "term", "a", "variable")
                path.append(predicate)
                kind, sign = next(rest, ("", ""))
            thing, sign = sign, ","
            while sign == ",":
                _expect(kind, "variable", "term", "literal")
                here = subject
                for predicate in path[:-1]:
                    hops += 1
                    yield here, predicate, f"?hop{hops}"
                    here = f"?hop{hops}"
                yield here, path[-1], thing
                _, sign = next(rest, ("", "."))
                if sign == ",":
                    kind, thing = next(rest, ("", ""))
        if sign != ".":
            raise Doubt


def _expect(kind: str, *kinds: str) -> None:
    if kind not in kinds:
        raise Doubt

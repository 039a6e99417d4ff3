"""The words of a SPARQL text: enough to find its clauses and to say where something is wrong."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from policygraph.errors import Place, SyntaxProblem

_START = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
_START += "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_INNER = _START + "_0-9\u00b7\u0300-\u036f\u203f-\u2040-"
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_LOCAL_CHARACTER = rf"(?:[{_INNER}:]|%[0-9A-Fa-f]{{2}}|\\[_~.!$&'()*+,;=/?#@%-])"

_OPAQUE = "|".join(
    (
        r"(?P<comment>\#[^\r\n]*)",
        rf'(?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*>)',
        r'(?P<string>"""(?:(?:""?)?(?:[^"\\]|\\.))*"""'
        r"|'''(?:(?:''?)?(?:[^'\\]|\\.))*'''"
        r'|"(?:[^"\\\r\n]|\\.)*"'
        r"|'(?:[^'\\\r\n]|\\.)*')",
    )
)
"""What hides its content from the grammar, and keeps its escapes: those mean the same there."""

_TOKEN = re.compile(
    _OPAQUE
    + "|"
    + "|".join(
        (
            r"(?P<space>[ \t\r\n]+)",
            r"(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)",
            rf"(?P<variable>[?$][{_START}_0-9][{_INNER}]*)",
            rf"(?P<blank>_:[{_START}_0-9](?:[{_INNER}.]*[{_INNER}])?)",
            # Of a longer prefix each word is looked at by itself: a.a.a... would take its square.
            rf"(?P<name>(?:[{_START}][{_INNER}.]{{0,255}}+(?<!\.))?:"
            rf"(?:{_LOCAL_CHARACTER}(?:\.*{_LOCAL_CHARACTER})*)?)",
            r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)",
            rf"(?P<word>[{_START}_][{_INNER}]*)",
            r"(?P<sign>\^\^|\|\||&&|<<\(|\)>>|<<|>>|[!<>]=|\{\||\|\}|[{}()\[\].,;=<>!+*/|^?~-])",
            r"(?P<other>.)",
        )
    ),
    re.DOTALL,
)
_OPAQUE_OR_ESCAPE = re.compile(
    rf"{_OPAQUE}|(?P<escape>{_ESCAPE})|(?P<badescape>\\[uU])|(?P<other>.)", re.DOTALL
)


class Token(NamedTuple):
    """A word of the query: its kind (a group of the pattern above), text and offset."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The word in capitals; empty where this is not a bare word."""
        return self.text.upper() if self.kind == "word" else ""


class Source:
    """A query text with its codepoint escapes resolved (SPARQL 1.1, 19.2), still knowing places.

    Escapes in IRIs, strings and comments are left to the parser, which reads them there. Outside
    they are replaced, so that what is scanned and what is evaluated is one and the same text.
    Raises SyntaxProblem for an escape that stands for nothing, or for the start of a token that
    would hide what follows.
    """

    def __init__(self, text: str) -> None:
        self.original = text
        self._offsets = [0]
        self._shifts = [0]
        escaped = "\\u" in text or "\\U" in text
        self.text = "".join(self._resolved()) if escaped else text

    def _resolved(self) -> Iterator[str]:
        length = 0
        for match in _OPAQUE_OR_ESCAPE.finditer(self.original):
            part = match.group()
            if match.lastgroup in ("escape", "badescape"):
                part = self._character(part, match.start())
                self._offsets.append(length + 1)
                self._shifts.append(match.end() - length - 1)
            length += len(part)
            yield part

    def _character(self, escape: str, start: int) -> str:
        code = int(escape[2:] or "D800", 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise SyntaxProblem(f"the escape {escape} is no character", place(self.original, start))
        if chr(code) in "\"'<#\\":
            message = f"the escape {escape} is not allowed here: write {chr(code)} itself"
            raise SyntaxProblem(message, place(self.original, start))
        return chr(code)

    def place(self, offset: int) -> Place:
        """Return where in the text as it was sent the character at `offset` of `text` stands."""
        return place(self.original, offset + self._shifts[bisect_right(self._offsets, offset) - 1])


def place(text: str, offset: int) -> Place:
    """Return line and column, from 1, of the character at `offset`."""
    before = text[:offset]
    return Place(before.count("\n") + 1, offset - before.rfind("\n"))


def tokenize(text: str) -> list[Token]:
    """Return the words of a text whose escapes are resolved, without white space and comments.

    Never fails: what begins no token comes as one of kind "other".
    """
    return [
        Token(match.lastgroup or "other", match.group(), match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup not in ("space", "comment")
    ]


def body(tokens: list[Token]) -> list[Token]:
    """Return the tokens after the prologue: from SELECT, ASK, CONSTRUCT, DESCRIBE ... on."""
    position = 0
    length = {"BASE": 2, "PREFIX": 3, "VERSION": 2}
    while position < len(tokens) and tokens[position].keyword in length:
        position += length[tokens[position].keyword]
    return tokens[position:]


def declared(tokens: list[Token]) -> dict[str, str]:
    """Return the prefixes of the prologue as they are written, name to IRI."""
    found = {}
    for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if word.keyword == "PREFIX" and name.text.endswith(":") and iri.kind == "iri":
            found[name.text[:-1]] = iri.text[1:-1]
    return found

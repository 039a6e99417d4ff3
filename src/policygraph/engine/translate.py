"""A query as another SPARQL server gets it: every graph under the IRI of a copy, and as a SELECT.

A server that others run holds more than one release, so each graph stands there under an IRI of
its copy (`query.Copy`). Whoever asks must not notice: `GRAPH <iri>` names the copy's graph, and
`GRAPH ?g` is joined with a table of both IRIs, so that `?g` has the one that is known outside.
CONSTRUCT and DESCRIBE are sent as SELECT: servers are free in what DESCRIBE says, and one cuts a
CONSTRUCT at its limit of rows without a word. What is sent is written anew from the words of the
text, each on a line of its own, so that no other scanner can see another word in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from policygraph.engine import federation
from policygraph.engine.query import Form
from policygraph.engine.reading import absent, resolved
from policygraph.engine.tokens import Source, Token, body, tokenize
from policygraph.errors import NotSupported

MOST_GRAPHS = 64
"""GRAPH clauses that one query may have; each costs a reading of the text."""
_VARIABLE = "urn:x-policygraph:variable:"
_DOUBT = ("the query cannot be passed on to the server behind this endpoint without doubt about "
          "what it means: put blanks between its words")  # fmt: skip
_GRAPH = re.compile(r"graph", re.IGNORECASE | re.ASCII)

Term = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass
class Translation:
    """What to send for a query, and what to make of the answer."""

    form: Form
    text: str
    """A SELECT or an ASK. Of a DESCRIBE the one that finds what is to be described, or nothing."""
    named: list[str] = field(default_factory=list)
    """The graphs there that it reads by name."""
    template: Template | None = None
    """What a CONSTRUCT makes of each row."""
    described: list[ox.NamedNode] = field(default_factory=list)
    """What a DESCRIBE names."""


class Template:
    """The template of a CONSTRUCT."""

    def __init__(self, triples: list[ox.Triple]) -> None:
        self._triples = triples

    def filled(self, rows: Iterable[Mapping[str, Term | None]]) -> Iterator[ox.Triple]:
        """Yield each triple that the rows give (SPARQL 1.1, 16.2), once."""
        seen = set()
        for row in rows:
            fresh: dict[str, ox.BlankNode] = {}
            for triple in self._triples:
                s, p, o = (_filled(t, row, fresh) for t in triple)
                if not isinstance(s, ox.NamedNode | ox.BlankNode) or o is None:
                    continue
                if not isinstance(p, ox.NamedNode):
                    continue
                made = ox.Triple(s, p, o)
                if made not in seen:
                    seen.add(made)
                    yield made


def _filled(
    term: object, row: Mapping[str, Term | None], fresh: dict[str, ox.BlankNode]
) -> Term | None:
    if isinstance(term, ox.NamedNode) and term.value.startswith(_VARIABLE):
        return row.get(term.value.removeprefix(_VARIABLE))
    if isinstance(term, ox.BlankNode):
        return fresh.setdefault(term.value, ox.BlankNode())
    return term  # type: ignore[return-value]  # all else is a term of a triple


def translated(text: str, base: str, graphs: Mapping[str, str], nowhere: str) -> Translation:
    """Return what to send for a text that can be parsed and has no FROM.

    `graphs` are those that it may read by name, IRI to the IRI there; `nowhere` is an IRI of no
    graph. Raises NotSupported for what cannot be said to another server without doubt.
    """
    return _Translator(text, base, graphs, nowhere).translation()


class _Translator:
    def __init__(self, text: str, base: str, graphs: Mapping[str, str], nowhere: str) -> None:
        self._source = Source(text).text
        self._tokens = tokenize(self._source)
        self._base = base
        self._graphs = graphs
        self._nowhere = nowhere
        self._body = body(self._tokens)
        self._prologue = self._tokens[: len(self._tokens) - len(self._body)]
        self._named: list[str] = []
        self._clauses = 0

    def translation(self) -> Translation:
        form: Form = self._body[0].keyword  # type: ignore[assignment]  # the parser has seen it
        if form in ("SELECT", "ASK"):
            text = self._sent(self._written(self._body))
            return Translation(form, text, self._named)
        if form == "CONSTRUCT":
            return self._construct()
        return self._describe()

    def _construct(self) -> Translation:
        rest = self._body[1:]
        short = rest[0].text != "{"
        start = 1 if short else 0
        end = _closing(rest, start)
        inner = rest[start + 1 : end]
        template = self._template(inner)
        columns = dict.fromkeys(t.text[1:] for t in inner if t.kind == "variable")
        names = [f"?{name}" for name in columns] or ["(1 AS ?none)"]
        where = rest if short else rest[end + 1 :]
        text = self._sent(["SELECT", *names, *self._written(where)])
        return Translation("CONSTRUCT", text, self._named, template)

    def _template(self, inner: list[Token]) -> Template:
        """Let the parser of Turtle read the template; it is Turtle but for the variables."""
        words = [
            f"<{_VARIABLE}{token.text[1:]}>" if token.kind == "variable" else token
            for token in inner
        ]
        if inner and inner[-1].text != ".":
            words.append(".")
        turtle = _joined([*self._prologue, *words])
        try:
            quads = ox.parse(turtle, format=ox.RdfFormat.TURTLE, base_iri=self._base)
            return Template([quad.triple for quad in quads])
        except SyntaxError as error:
            raise NotSupported(f"the template of the CONSTRUCT cannot be used here: {error}") from (
                error
            )

    def _describe(self) -> Translation:
        rest = self._body[1:]
        ends = [i for i, t in enumerate(rest) if t.text == "{" or t.keyword]
        end = ends[0] if ends else len(rest)
        wanted, where = rest[:end], rest[end:]
        iris = [token.text for token in wanted if token.kind in ("iri", "name")]
        named = [ox.NamedNode(self._iris[iri]) for iri in iris]
        variables = [token.text for token in wanted if token.kind == "variable"]
        if wanted and wanted[0].text == "*":
            variables = ["*"]
        if not variables:
            # What is named is described, whatever the pattern finds (SPARQL 1.1, 16.4.1).
            return Translation("DESCRIBE", "", [], None, named)
        text = self._sent(["SELECT", *variables, *self._written(where)])
        return Translation("DESCRIBE", text, self._named, None, named)

    def _written(self, tokens: list[Token]) -> list[str | Token]:
        """Return the words with each GRAPH translated."""
        out: list[str | Token] = []
        closing: list[str] = []
        position = 0
        while position < len(tokens):
            token = tokens[position]
            position += 1
            if token.keyword == "GRAPH" and position + 1 < len(tokens):
                target = tokens[position]
                position += 2
                empty = tokens[position].text == "}"
                start, end = self._clause(target, empty)
                out += start
                closing.append(end)
            elif token.text == "{":
                out.append(token)
                closing.append("}")
            elif token.text == "}" and closing:
                out.append(closing.pop())
            elif token.kind in ("iri", "name"):
                out.append(token._replace(text=f"<{self._iris[token.text]}>"))
            elif _divides(tokens, position - 1):
                out += ["*", "1.0", token]
            else:
                out.append(token)
        return out

    def _clause(self, target: Token, empty: bool) -> tuple[list[str], str]:
        """Return what opens a GRAPH clause, and what closes it."""
        self._clauses += 1
        if self._clauses > MOST_GRAPHS:
            raise NotSupported(f"a query may have at most {MOST_GRAPHS} GRAPH clauses here")
        if target.kind != "variable":
            iri = self._iris[target.text]
            there = self._graphs.get(iri, self._nowhere)
            self._named.append(there)
            if empty:  # whether there is such a graph; servers differ in what they say
                return ["{"], "}" if iri in self._graphs else "FILTER ( false ) }"
            return [f"GRAPH <{there}> {{"], "}"
        name = target.text[1:]
        if empty:
            values = " ".join(f"<{iri}>" for iri in self._graphs)
            return [f"{{ VALUES ?{name} {{ {values} }}"], "}"
        pairs = dict(self._graphs) or {self._nowhere: self._nowhere}
        self._named += pairs.values()
        rows = " ".join(f"( <{iri}> <{there}> )" for iri, there in pairs.items())
        there = f"?{self._fresh}{self._clauses}"
        opened = f"{{ VALUES ( ?{name} {there} ) {{ {rows} }} GRAPH {there} {{"
        return [opened], "} }"

    @cached_property
    def _iris(self) -> dict[str, str]:
        """Each IRI and prefixed name to the IRI in full: what is sent needs no prologue."""
        names = list(dict.fromkeys(t.text for t in self._body if t.kind in ("iri", "name")))
        try:
            values = resolved(self._source, self._tokens, names, self._base) if names else []
        except SyntaxError as error:
            raise NotSupported(_DOUBT) from error
        return dict(zip(names, values, strict=True))

    @cached_property
    def _fresh(self) -> str:
        """The beginning of a name that the text does not have."""
        name = "copy"
        while name in self._source:
            name += "_"
        return name

    def _sent(self, words: Iterable[str | Token]) -> str:
        """Return a text that every scanner reads alike, or raise."""
        text = _joined(words)
        self._named = list(dict.fromkeys(self._named))
        try:
            ox.Store().query(_inert(text), base_iri=self._base)
        except SyntaxError as error:
            raise NotSupported(_DOUBT) from error
        except (RuntimeError, ValueError):
            pass  # it can be parsed, that is all we asked
        return text


def _inert(text: str) -> str:
    """Return the text with no word "graph" but in a clause that was translated.

    If that can be parsed as well, no other was a keyword. SERVICE becomes GRAPH, which calls none.
    """
    tokens = tokenize(text)
    other = absent("graph", text)
    for token in reversed(tokens):
        if token.keyword != "GRAPH" and _GRAPH.search(token.text):
            end = token.start + len(token.text)
            text = text[: token.start] + _GRAPH.sub(other, token.text) + text[end:]
    return federation.as_graphs(text, federation.clauses(tokens))


def _divides(tokens: list[Token], position: int) -> bool:
    """Whether a token divides numbers, which is then sent as `x * 1.0 / y`.

    Virtuoso divides integers to an integer, where the standard wants a decimal (XPath and XQuery
    Functions, op:numeric-divide); elsewhere the factor changes nothing. A variable, a number or a
    function beside the slash tells that it is none of a path.
    """
    if tokens[position].text != "/" or not 0 < position < len(tokens) - 1:
        return False
    before, after = tokens[position - 1], tokens[position + 1]
    function = after.keyword not in ("", "A")
    return function or not {"variable", "number"}.isdisjoint((before.kind, after.kind))


def _closing(tokens: list[Token], start: int) -> int:
    """Return where the brace that opens at `start` is closed."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[index].text, 0)
        if depth == 0:
            return index
    raise NotSupported("the braces of the query cannot be told apart")


def _joined(words: Iterable[str | Token]) -> str:
    """Return words on lines of their own, but for what belongs to a string, or to a function.

    A parser, and it is ours, does not take `COALESCE (` for `COALESCE(`.
    """
    out: list[str] = []
    before: str | Token = ""
    for word in words:
        text = word if isinstance(word, str) else word.text
        if out and not _belongs(before, word):
            out.append("\n")
        out.append(text)
        before = word
    return "".join(out)


def _belongs(before: str | Token, word: str | Token) -> bool:
    if isinstance(before, str) or isinstance(word, str):
        return False
    if word.kind == "language" or "^^" in (word.text, before.text):
        return True
    touches = before.start + len(before.text) == word.start
    return word.text == "(" and before.kind == "word" and touches

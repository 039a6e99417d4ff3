"""The same query, written so that it adds up what was counted when the data was loaded.

How many things has each class, how often is each property used, which are there at all: that is
what people and programs ask first of an endpoint that they do not know, and for the evaluator it is
a walk through everything. Such a query has one triple pattern, in which one variable at most
matters by its values: `?thing a ?class`, `?action adms:status ?status`, `?s ?p ?o`. In its place
come these values, each with the number of its triples, and sums in place of COUNT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policygraph.engine.patterns import Doubt, Parts
from policygraph.engine.statistics import Statistics
from policygraph.engine.tokens import Token, body, tokenize
from policygraph.namespaces import RDF

_NUMBER = "?counted"
_OTHERWISE = frozenset("SUM AVG SAMPLE GROUP_CONCAT REDUCED SELECT RAND UUID STRUUID BNODE".split())
"""What depends on how often a row is there, or which is first, in another way than COUNT."""
_HIDDEN = re.compile(r"\$|<[^>]*[?$(#]")
"""A variable by its other name; what looks like an IRI, and may be `<?a&&?b>` of a comparison."""
_COUNT = re.compile(r"COUNT\s*\(\s*(DISTINCT\b\s*)?(\*|\?\w+)\s*\)", re.IGNORECASE)
_AFTER_GROUPS = ("HAVING", "ORDER", "LIMIT", "OFFSET")


@dataclass(frozen=True, slots=True)
class _Table:
    """The triples that match a pattern, counted by the value of one variable, or all in one."""

    numbers: Mapping[str, int]
    """Term to number of triples; all in one under the name ""."""
    variable: str
    """Empty for all in one."""
    others: frozenset[str]
    """The variables whose values are not known."""

    @property
    def text(self) -> str:
        rows = " ".join(f"({term} {number})" for term, number in self.numbers.items())
        return f"VALUES ({self.variable} {_NUMBER}) {{ {rows} }}"


def summed(parts: Parts, statistics: Statistics, least: float) -> str:
    """Return a text that gives the same rows in any order.

    Raises Doubt if there is none, or if the pattern has fewer triples than `least`.
    """
    table = _table(parts, statistics)
    if sum(table.numbers.values()) < least:
        raise Doubt
    start = body(tokenize(parts.before))[1:]
    filters = [tokenize(text) for text in parts.filters]
    rest = tokenize(parts.after)
    words = [token.keyword or token.text for token in rest]
    distinct = bool(start) and start[0].keyword == "DISTINCT"
    counting = any(token.keyword == "COUNT" for token in (*start, *rest))
    if not (distinct or counting or "GROUP" in words):
        raise Doubt  # each triple is a row
    apart = _one_group_each(words, table)
    texts = (parts.before, *parts.filters, parts.after)
    before, *others = (
        "".join(_sums(text, tokens, table, apart))
        for text, tokens in zip(texts, (start, *filters, rest), strict=True)
    )
    return " ".join((before, table.text, *others))


def _table(parts: Parts, statistics: Statistics) -> _Table:
    [(subject, predicate, thing)] = parts.triples
    free = [term for term in (subject, predicate, thing) if term[0] == "?"]
    if len(set(free)) < len(free) or subject not in free:
        raise Doubt
    if len(free) == 3:
        numbers = {f"<{iri}>": counts.triples for iri, counts in statistics.predicates.items()}
        return _Table(numbers, predicate, frozenset((subject, thing)))
    iri = RDF["type"] if predicate == "a" else parts.iri(predicate)
    counts = statistics.predicates.get(iri)
    if counts is None or counts.values is None:
        raise Doubt
    if thing in free:
        return _Table(counts.values, thing, frozenset((subject,)))
    number = counts.values.get(f"<{parts.iri(thing)}>")
    if number is None:  # a literal, or nothing that is there
        raise Doubt
    return _Table({"": number}, "", frozenset((subject,)))


def _one_group_each(words: list[str], table: _Table) -> bool:
    """Whether all rows of a group have the same value, each of another triple.

    Then the other variable has another term in each: so many are distinct.
    """
    if len(table.others) > 1 or "OPTIONAL" in words:
        return False
    if "GROUP" not in words:
        return not table.variable
    by = words[words.index("GROUP") + 2 :]
    return by[:1] == [table.variable] and (len(by) == 1 or by[1] in _AFTER_GROUPS)


def _sums(text: str, tokens: list[Token], table: _Table, apart: bool) -> Iterator[str]:
    """Yield a part of the query in pieces, with sums in it for what COUNT counts."""
    done = 0
    for token in tokens:
        if token.start < done:
            continue
        if token.keyword == "COUNT":
            call = _COUNT.match(text, token.start)
            if call is None or call[2] not in ("*", table.variable, *table.others):
                raise Doubt
            if call[1] and call[2] == table.variable:
                continue  # however often it is there
            if call[1] and not apart:
                raise Doubt
            yield f"{text[done : token.start]}SUM({_NUMBER})"
            done = call.end()
        elif token.keyword in _OTHERWISE or token.text in table.others or _HIDDEN.match(token.text):
            raise Doubt
    yield text[done:]

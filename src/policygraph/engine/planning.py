"""The same query, written so that its large joins are made by hash table.

The evaluator joins triple patterns by looking into the store once for each row that it has so far.
Where there are many rows it is cheaper to read all triples of the next pattern once and to meet
them in a hash table; so the evaluator joins groups that it cannot take apart. `{ pattern MINUS { no
variable } }` is one: nothing shares a variable with it, so nothing is taken away (SPARQL 1.1,
8.3.3), and the group means what the pattern means.

The rule: begin with the pattern that has the fewest triples. Of those that share a variable with it
add the one that costs least, by look-ups or by a hash table, and so on. If the whole costs much
less than what the evaluator does by itself, the query is written so. Tables never hold more rows
than `MOST_HELD`: only rows are put there of which it is known how many there are at most. An answer
that depends on the order in which rows are found is left alone: LIMIT, SAMPLE, GROUP_CONCAT.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, KeysView, Mapping, Set
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from policygraph.engine.counting import summed
from policygraph.engine.patterns import Doubt, Parts, Triple, taken_apart
from policygraph.engine.statistics import Ends, Statistics
from policygraph.namespaces import RDF

MOST_HELD = 500_000
"""Rows in the hash tables of a query; one takes some 500 bytes."""
_MOST_PATTERNS = 16
_WORTH = 2_000.0
"""A query has to take as many microseconds to be written anew..."""
_LEFT = 0.85
"""...and then no more than this part of them."""
_LOOK_UP, _PASS, _READ, _HOLD, _MEET = 2.0, 0.04, 0.13, 0.6, 0.15
"""Microseconds, as measured: to look into the store for a row; to pass by a triple there; to read
one; to put a row into a hash table; to look there for those that it meets."""
_IN_ORDER = ("limit", "offset", "reduced", "sample", "group_concat")
_COUNTED = ("count", "distinct")
_FENCE = "MINUS { <urn:x> <urn:x> <urn:x> } }"


def planned(text: str, statistics: Statistics) -> str:
    """Return a text that gives the same rows in any order; `text` itself where that is as good."""
    start = text.find("{") + 1
    if text[start : start + 80].lstrip()[:1] not in ("?", "[") or not statistics.predicates:
        return text  # most small queries begin with one thing
    words = text.lower()
    in_order = any(word in words for word in _IN_ORDER)
    if in_order and not any(word in words for word in _COUNTED):
        return text
    try:
        parts = taken_apart(text)
        if len(parts.triples) == 1:
            return summed(parts, statistics, _WORTH / _READ)
        if in_order or not 2 <= len(parts.triples) <= _MOST_PATTERNS:
            return text
        return parts.text(
            _joined([_Pattern(triple, parts, statistics) for triple in parts.triples])
        )
    except Doubt:
        return text


class _Rows(NamedTuple):
    """What is known of the rows that match a pattern, or several."""

    number: float
    """As may be expected."""
    most: float
    """There are never more."""
    values: Mapping[str, Ends]
    """What each variable has, where it has fewest values."""
    unique: frozenset[str]
    """Variables that have another value in each row."""

    def joined(self, other: _Rows) -> _Rows:
        """Return what is known of the join with other rows."""
        number, most, unique = self.number * other.number, inf, frozenset[str]()
        values = {**self.values, **other.values}
        for variable in self.values.keys() & other.values.keys():
            ends = sorted((self.values[variable], other.values[variable]))
            values[variable] = ends[0]
            number /= ends[1].number
            if variable in other.unique:
                most, unique = min(most, self.most), unique | self.unique
            if variable in self.unique:
                most, unique = min(most, other.most), unique | other.unique
        return _Rows(number, most, values, unique)


class _Pattern:
    """A triple pattern, and how much of it there is."""

    def __init__(self, triple: Triple, parts: Parts, statistics: Statistics) -> None:
        self.text = " ".join(triple) + " ."
        self._subject, predicate, self._object = triple
        iri = RDF["type"] if predicate == "a" else parts.iri(predicate)
        counts = statistics.predicates.get(iri)
        if counts is None or counts.ends is None:
            raise Doubt
        self._triples, self._subjects, self._objects = counts.triples, *counts.ends
        self._is_type = iri == RDF["type"]
        ends = (self._subject, self._subjects), (self._object, self._objects)
        values = {end: what for end, what in ends if end[0] == "?"}
        number = most = float(counts.triples)
        if self._object not in values:
            number /= self._objects.number
            if counts.values is not None and self._object[0] not in '"0123456789':
                number = most = counts.values.get(f"<{parts.iri(self._object)}>", 0)
        if self._subject not in values:
            number /= self._subjects.number
        # A set of triples: with one end given, each has another one at the other end.
        unique = [end for end in values if values[end].number == counts.triples or len(values) == 1]
        self.rows = _Rows(number, most, values, frozenset(unique))

    def weight(self, given: Container[str] = ()) -> float:
        """Return how many rows the evaluator expects for a row with these variables."""
        subject = self._subject not in self.rows.values or self._subject in given
        thing = self._object not in self.rows.values or self._object in given
        return (1_000_000, 1_000, 10, 1)[2 * subject + thing] + self._is_type

    def passed(self, given: Mapping[str, Ends]) -> float:
        """Return how many triples a look-up for a row with these variables goes through."""
        lists = [float(self._triples)]
        if self._subject in given or self._subject not in self.rows.values:
            lists.append(given.get(self._subject, self._subjects).leaving)
        if self._object in given or self._object not in self.rows.values:
            lists.append(given.get(self._object, self._objects).arriving)
        return min(lists)


@dataclass(frozen=True, slots=True)
class _Join:
    """Patterns that are joined: as text, and what it takes.

    Of several groups the evaluator begins with the one of least weight, and adds what weighs least;
    what it has so far goes into the table. Of equal ones it takes the first.
    """

    text: str
    rows: _Rows
    weight: float
    cost: float
    """In microseconds."""
    held: float = 0.0
    """How many rows there may be in hash tables."""
    first: float = 0.0
    """The weight of what the evaluator begins with."""
    heaviest: float | None = None
    """The weight of the heaviest group, while the text consists of groups."""
    last: Set[str] | None = None
    """While the text has several groups: what only the last has, and what is looked up with it."""

    @classmethod
    def begun(cls, pattern: _Pattern) -> _Join:
        """Return a pattern alone."""
        cost = _READ * pattern.rows.number
        return cls(pattern.text, pattern.rows, pattern.weight(), cost)

    @property
    def _known(self) -> KeysView[str]:
        return self.rows.values.keys()

    @property
    def _group(self) -> str:
        return f"{{ {self.text} {_FENCE}"

    def looked_up(self, pattern: _Pattern, rows: _Rows) -> _Join | None:
        """Return the join with a pattern that is looked up; None if the evaluator would not."""
        text, first, last = self.text, self.first, self.last
        new = pattern.rows.values.keys() - self._known
        if last is not None and pattern.rows.values.keys() <= last | new:
            last |= new
        elif last is not None:  # in a group, else it would not wait for all tables
            text, first, last = self._group, self.weight, None
        if first > pattern.weight():
            return None
        weight = self.weight * pattern.weight(self.rows.values)
        look_up = _LOOK_UP + _PASS * pattern.passed(self.rows.values)
        cost = self.cost + look_up * self.rows.number + _READ * rows.number
        text = f"{text} {pattern.text}"
        return _Join(text, rows, weight, cost, self.held, first, last=last)

    def tabled(self, pattern: _Pattern, rows: _Rows) -> Iterator[_Join]:
        """Yield the join with a pattern that it meets in a hash table: the rows held, or those."""
        own, other = pattern.weight(), f"{{ {pattern.text} {_FENCE}"
        keys = len(self._known & pattern.rows.values.keys())
        weight = self.weight * own // 1_000**keys
        new = pattern.rows.values.keys()

        def made(
            text: str, held: _Rows, met: _Rows, weights: tuple[float, float], last: Set[str]
        ) -> Iterator[_Join]:
            read = _READ * (pattern.rows.number + rows.number)
            cost = self.cost + _HOLD * held.number + _MEET * met.number + read
            most = self.held + held.most
            if most <= MOST_HELD:
                yield _Join(text, rows, weight, cost, most, *weights, last)

        here, there = (self.rows, pattern.rows), (pattern.rows, self.rows)
        if self.heaviest is not None and self.heaviest <= own and keys == 1:
            yield from made(f"{self.text} {other}", *here, (self.first, own), new - self._known)
        elif self.weight <= own:
            yield from made(f"{self._group} {other}", *here, (self.weight, own), new - self._known)
        if own <= self.weight:
            yield from made(f"{other} {self._group}", *there, (own, self.weight), self._known - new)


def _joined(patterns: list[_Pattern]) -> str:
    """Return the patterns with hash tables; raises Doubt if they are not worth it."""
    usual, saved = _as_evaluated(patterns)
    if usual < _WORTH or usual - saved > _LEFT * usual:
        raise Doubt
    plans = list(_plans(patterns, _LEFT * usual))
    if not plans:
        raise Doubt
    return min(plans, key=lambda plan: plan.cost).text


def _as_evaluated(patterns: list[_Pattern]) -> tuple[float, float]:
    """Return what it costs as the evaluator joins by itself, and what tables there might save."""
    rest = sorted(patterns, key=_Pattern.weight)
    join = _Join.begun(rest.pop(0))
    saved = 0.0
    while rest:
        pattern = min(_meeting(join, rest), key=lambda pattern: pattern.weight(join.rows.values))
        rows = join.rows.joined(pattern.rows)
        longer = join.looked_up(pattern, rows) or join
        few, many = sorted((join.rows.number, pattern.rows.number))
        table = _HOLD * few + _MEET * many + _READ * (pattern.rows.number + rows.number)
        saved += max(0.0, longer.cost - join.cost - table)
        join = longer
        rest.remove(pattern)
    return join.cost, saved


def _plans(patterns: list[_Pattern], most: float) -> Iterator[_Join]:
    """Yield joins that take the cheapest step each time, with ever more tables among the first.

    None costs more than `most`, and each has a table: what the evaluator looks up it does in its
    own order.
    """
    rest = sorted(patterns, key=lambda pattern: pattern.rows.number)
    join = _Join.begun(rest.pop(0))
    while rest and join.cost <= most:
        if join.held:
            yield from _completed(join, rest, most)
        join = _next(join, rest, tables=True)
    if join.held and join.cost <= most:
        yield join


def _completed(join: _Join, patterns: list[_Pattern], most: float) -> Iterator[_Join]:
    """Yield the join with all other patterns, looked up."""
    rest = list(patterns)
    while rest and join.cost <= most:
        join = _next(join, rest, tables=False)
    if join.cost <= most:
        yield join


def _next(join: _Join, rest: list[_Pattern], tables: bool) -> _Join:
    """Take the best pattern to add out of `rest`; each row left may cost a look-up.

    First what leaves fewer rows; then what is better looked up than met in a table, since after a
    table it may not be; the cheapest of these.
    """
    steps = []
    for pattern in _meeting(join, rest):
        rows = join.rows.joined(pattern.rows)
        looked_up = join.looked_up(pattern, rows)
        joins = [looked_up] if looked_up else []
        if tables or not looked_up:
            joins += join.tabled(pattern, rows)
        if joins:
            best = min(joins, key=lambda step: step.cost)
            order = rows.number >= join.rows.number, best is not looked_up
            steps.append((*order, best.cost + _LOOK_UP * rows.number, pattern, best))
    if not steps:
        raise Doubt
    *_, pattern, join = min(steps, key=lambda step: step[:3])
    rest.remove(pattern)
    return join


def _meeting(join: _Join, rest: list[_Pattern]) -> list[_Pattern]:
    """Return the patterns that share a variable with a join."""
    known = join.rows.values.keys()
    found = [pattern for pattern in rest if not known.isdisjoint(pattern.rows.values)]
    if not found:
        raise Doubt
    return found

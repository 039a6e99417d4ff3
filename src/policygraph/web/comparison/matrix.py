"""A matrix of policies by what they are compared by, and the list behind one of its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policygraph.namespaces import PG
from policygraph.turtle import natural
from policygraph.urls import Urls
from policygraph.web.comparison.comparisons import COLUMNS, ELEMENTS, TELLING
from policygraph.web.comparison.selection import Selection, key
from policygraph.web.facts import Facts, Link, Text, goal_number
from policygraph.web.lookup import Row

HATCHED = frozenset({PG.InText, PG.CuratorInterpretation})
"""What is not in a list of the document, and what the document does not say itself."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many there are, and how many of them are hatched: in the text, or interpreted."""

    count: int
    hatched: int

    @property
    def pattern(self) -> str:
        """Return `solid`, `hatched`, or `both`."""
        if not self.hatched:
            return "solid"
        return "hatched" if self.hatched == self.count else "both"

    @property
    def step(self) -> int:
        """Return how heavy its mark is, from 1 to 4: for 1, from 2, from 4, from 8."""
        return min(self.count.bit_length(), 4)


def cell_of(counts: Mapping[str, int]) -> Cell | None:
    """Return the cell for numbers of things by what tells them apart; None if there are none."""
    total = sum(counts.values())
    hatched = sum(number for what, number in counts.items() if what in HATCHED)
    return Cell(total, hatched) if total else None


@dataclass(frozen=True, slots=True)
class Column:
    """What policies are compared by, with the number of things that count under it."""

    link: Link
    key: str
    number: str
    """The number of a goal of the UN; nothing for anything else."""
    count: int

    @property
    def name(self) -> str:
        """Return its number and its label."""
        return f"{self.number} {self.link.text.value}".strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A policy with a cell, or nothing, for each column."""

    link: Link
    key: str
    issued: str
    count: int
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Policies, newest first, by what they are compared by."""

    columns: list[Column]
    lines: list[Line]

    @property
    def count(self) -> int:
        """Return how many things are counted in all; each is of one policy."""
        return sum(line.count for line in self.lines)

    def table(self, words: Sequence[str]) -> list[list[str]]:
        """Return the rows of its CSV; `words` head the columns beside those of the matrix."""
        address, name, issued, total = words
        head = [address, name, issued, *(column.name for column in self.columns), total]
        body = [
            [
                line.link.iri,
                line.link.text.value,
                line.issued,
                *(str(cell.count) if cell else "0" for cell in line.cells),
                str(line.count),
            ]
            for line in self.lines
        ]
        return [head, *body]


def read_matrix(
    facts: Facts, urls: Urls, chosen: Selection, answers: Mapping[str, Sequence[Row]]
) -> Matrix:
    """Return the matrix that the queries of a selection were answered with."""
    name, telling = COLUMNS[chosen.by], TELLING[chosen.by]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in answers["cells"]:
        counts = found.setdefault((row["policy"], row[name]), {})
        counts[row.get(telling, "")] = int(row["count"])
    columns = [
        Column(
            facts.link(row[name]),
            key(urls, row[name], chosen.by),
            goal_number(row[name]),
            int(row["count"]),
        )
        for row in answers["columns"]
        if name in row
    ]
    columns.sort(key=lambda c: (natural(c.number), c.link.text.value.casefold(), c.link.iri))
    lines = [
        Line(
            facts.link(row["policy"]),
            key(urls, row["policy"], "policy"),
            row.get("issued", ""),
            int(row["count"]),
            [cell_of(found.get((row["policy"], column.link.iri), {})) for column in columns],
        )
        for row in answers["rows"]
        if "policy" in row
    ]
    return Matrix(columns, lines)


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that a cell counts: an element of a policy, or a link to a goal."""

    link: Link
    number: str
    parts: list[Link]
    """What a link to a goal is of: the document, or elements of it."""
    rationale: Text
    telling: Link | None
    level: Link | None

    @property
    def hatched(self) -> bool:
        """Whether it stands in the text only, or is interpreted."""
        return self.telling is not None and self.telling.iri in HATCHED


@dataclass(frozen=True, slots=True)
class Listing:
    """What a cell or a sum of a matrix counts, by policy."""

    policies: list[tuple[Link, str, list[Counted]]]
    """Each policy with its date and its things."""

    @property
    def count(self) -> int:
        """Return how many things there are."""
        return len({thing.link.iri for _, _, things in self.policies for thing in things})

    def table(self, words: Sequence[str]) -> list[list[str]]:
        """Return the rows of its CSV, under the words."""
        body = [
            [
                policy.text.value,
                issued,
                thing.number,
                thing.link.text.value,
                thing.telling.text.value if thing.telling else "",
                thing.level.text.value if thing.level else "",
                thing.rationale.value,
                thing.link.iri,
            ]
            for policy, issued, things in self.policies
            for thing in things
        ]
        return [list(words), *body]


def read_listing(facts: Facts, chosen: Selection, rows: Sequence[Row]) -> Listing:
    """Return the list that the query of a selection was answered with."""
    name, telling = ELEMENTS[chosen.by], TELLING[chosen.by]
    policies: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        policies.setdefault(row["policy"], {}).setdefault(row[name], []).append(row)
    return Listing(
        [
            (
                facts.link(policy),
                next((r["issued"] for own in things.values() for r in own if "issued" in r), ""),
                [_counted(facts, thing, telling, own) for thing, own in things.items()],
            )
            for policy, things in policies.items()
        ]
    )


def _counted(facts: Facts, thing: str, telling: str, rows: Sequence[Row]) -> Counted:
    return Counted(
        facts.link(thing),
        rows[0].get("number", ""),
        [facts.link(part) for part in _distinct(rows, "part")],
        facts.text(thing, PG.rationale) or Text(rows[0].get("rationale", "")),
        next((facts.link(value) for value in _distinct(rows, telling)), None),
        next((facts.link(value) for value in _distinct(rows, "level")), None),
    )


def _distinct(rows: Iterable[Row], name: str) -> list[str]:
    return list(dict.fromkeys(row[name] for row in rows if name in row))

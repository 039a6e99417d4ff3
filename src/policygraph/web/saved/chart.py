"""The chart of an answer: bars for numbers, marks on a line for dates, a matrix for pairs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from policygraph.namespaces import PG
from policygraph.web.drawing import Axis, axis
from policygraph.web.facts import Link, Text

WIDE = 340
"""Width of the longest bar, in pixels; a line of years is as wide."""

_MOST = {"bars": 60, "years": 120, "lines": 80, "across": 40}
"""Marks that are still read one by one; lines and columns of a matrix."""

_FULL = 0.1
"""Share of the cells of a matrix that have a number; with fewer it says less than the table."""

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Cell = Link | Text | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a chart: what it is about, what it says, and where its mark is."""

    label: Cell
    value: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: the names of the columns that it shows, its marks, and its years if it has any."""

    by: str
    value: str
    marks: list[Mark]
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """A number in a matrix: how heavy it is, from 0 to 4, and of which kind (0 or 1)."""

    value: str
    step: int
    kind: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers by two columns of an answer: a line for each thing of one, a cell for each of both.

    `kinds` are the two values of a third column, where there is one: a cell has a number of each.
    """

    by: str
    and_by: str
    value: str
    across: list[Cell]
    lines: list[tuple[Cell, list[list[Weight]]]]
    kinds: list[Cell]


def chart_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Chart | Matrix | None:
    """Return the chart of an answer, or None where no chart would say more than the table.

    Dates give a line of years. Numbers give bars where each row is about something else, and a
    matrix where each is about another pair.
    """
    if len(rows) < 2:
        return None
    dates = [n for n in range(len(columns)) if _all(rows, n, _DATE)]
    numbers = [n for n in range(len(columns)) if _all(rows, n, _NUMBER)]
    names = [n for n in range(len(columns)) if n not in dates + numbers and _different(rows, n)]
    if not names and not dates:
        return _matrix(columns, rows, numbers)
    if not names or len(rows) > _MOST["years"]:
        return None
    if dates:
        last = dates[1] if len(dates) > 1 else dates[0]
        return _years(columns, rows, names[0], dates[0], last)
    # A number that stands before the name tells which one it is, not how much.
    counts = [n for n in numbers if n > names[0]]
    if not counts:
        return None
    # What is numbered is in the order of its numbers; else in that of what the answer is about.
    value = counts[0] if len(counts) < len(numbers) else _ranked(rows, counts)
    return _bars(columns, rows, names[0], value)


def _all(rows: Sequence[Sequence[Cell]], at: int, pattern: re.Pattern[str]) -> bool:
    found = (row[at] for row in rows)
    return all(isinstance(cell, Text) and pattern.fullmatch(cell.value) for cell in found)


def _different(rows: Sequence[Sequence[Cell]], at: int) -> bool:
    said = [_said(row[at]) for row in rows]
    return "" not in said and len(set(said)) == len(said)


def _said(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.iri if isinstance(cell, Link) else cell.value


def _ranked(rows: Sequence[Sequence[Cell]], counts: Sequence[int]) -> int:
    """Return the number by which an answer goes from much to little; else the first one."""
    for at in counts:
        values = [float(_said(row[at])) for row in rows]
        if values == sorted(values, reverse=True) and values[0] > values[-1]:
            return at
    return counts[0]


def _bars(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], name: int, number: int
) -> Chart | None:
    values = [float(_said(row[number])) for row in rows]
    if min(values) < 0 or len(set(values)) == 1 or len(values) > _MOST["bars"]:
        return None
    marks = [
        Mark(row[name], _said(row[number]), 0, round(value / max(values) * WIDE, 1))
        for row, value in zip(rows, values, strict=True)
    ]
    return Chart(columns[name], columns[number], marks)


def _years(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], name: int, first: int, last: int
) -> Chart | None:
    years = axis([_said(row[n]) for row in rows for n in (first, last)])
    if years is None or len(years.years) < 2:
        return None
    marks = []
    for row in rows:
        place = years.mark(_said(row[first]), _said(row[last]))
        if place:
            marks.append(Mark(row[name], _said(row[first]), *place))
    return Chart(columns[name], columns[first], marks, years)


def _matrix(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[int]
) -> Matrix | None:
    names = [n for n in range(len(columns)) if n not in numbers]
    counts = [n for n in numbers if names and n > names[-1]]
    if not 2 <= len(names) <= 3 or not counts:
        return None
    keys = [tuple(_said(row[n]) for n in names) for row in rows]
    values = [float(_said(row[counts[0]])) for row in rows]
    if len(set(keys)) < len(keys) or "" in {said for key in keys for said in key}:
        return None
    found = [_found(rows, n, numbers) for n in names]
    # The longer list reads better downwards.
    down, across = sorted((0, 1), key=lambda at: -len(found[at]))
    kinds = list(found[2]) if len(names) > 2 else [""]
    filled = {key[:2] for key in keys}
    if (
        not 3 <= len(found[down]) <= _MOST["lines"]
        or not 3 <= len(found[across]) <= _MOST["across"]
        or len(filled) < _FULL * len(found[0]) * len(found[1])
        or len(kinds) > 2
        or min(values) < 0
    ):
        return None
    cells: dict[tuple[str, str], list[Weight]] = {}
    for row, key, value in zip(rows, keys, values, strict=True):
        kind = kinds.index(key[2]) if len(names) > 2 else 0
        step = math.ceil(value / (max(values) or 1) * 4)
        cells.setdefault((key[down], key[across]), []).append(
            Weight(_said(row[counts[0]]), step, kind)
        )
    return Matrix(
        columns[names[down]],
        columns[names[across]],
        columns[counts[0]],
        list(found[across].values()),
        [
            (label, [cells.get((line, column), []) for column in found[across]])
            for line, label in found[down].items()
        ],
        list(found[2].values()) if len(names) > 2 else [],
    )


def _found(rows: Sequence[Sequence[Cell]], at: int, numbers: Iterable[int]) -> dict[str, Cell]:
    """Return the things of a column in order: of the number before them, else of their names."""
    first = {_said(row[at]): row for row in reversed(rows)}
    before = at - 1 if at - 1 in numbers else None

    def order(row: Sequence[Cell]) -> tuple[float, str]:
        number = float(_said(row[before])) if before is not None else 0
        # What a curator says comes last and is hatched, as in comparisons. Apart from its letter,
        # an accent only decides between equals.
        last = _said(row[at]) == PG.CuratorInterpretation
        return number + last, normalize("NFD", _name(row[at]).casefold())

    return {said: first[said][at] for said in sorted(first, key=lambda said: order(first[said]))}


def _name(cell: Cell) -> str:
    return cell.text.value if isinstance(cell, Link) else _said(cell)

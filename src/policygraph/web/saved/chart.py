"""The chart of an answer, as lengths and places: bars for numbers, marks on a line for dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policygraph.web.drawing import Axis, axis
from policygraph.web.facts import Link, Text

WIDE = 340
"""Width of the longest bar, in pixels; a line of years is as wide."""

_MOST = {"bars": 60, "years": 120}
"""Marks that are still read one by one."""

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


def chart_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Chart | None:
    """Return the chart of an answer, or None where no chart would say more than the table.

    Dates give a line of years. Numbers give bars where each row is about something else.
    """
    if not 2 <= len(rows) <= _MOST["years"]:
        return None
    dates = [n for n in range(len(columns)) if _all(rows, n, _DATE)]
    numbers = [n for n in range(len(columns)) if _all(rows, n, _NUMBER)]
    names = [n for n in range(len(columns)) if n not in dates + numbers and _different(rows, n)]
    if not names:
        return None
    if dates:
        last = dates[1] if len(dates) > 1 else dates[0]
        return _years(columns, rows, names[0], dates[0], last)
    # A number that stands before the name tells which one it is, not how much.
    counts = [n for n in numbers if n > names[0]]
    return _bars(columns, rows, names[0], counts[0]) if counts else None


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

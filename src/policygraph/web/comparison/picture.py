"""A comparison as a picture: SVG that needs nothing else, to be put into a report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from policygraph.web.comparison.matrix import Cell
from policygraph.web.drawing import wrapped

_LABEL, _LETTERS = 440, 74
_ROW = 24
_NARROW, _WIDE = 38, 150
_FEW = 4
"""So many columns have their names written level; names of more stand upright."""
_TOP, _UPRIGHT = 92, 158
"""Where names of columns begin, and how high upright ones are."""
_SMALL = 5.6
"""Width of a letter of the small text, at most."""
_MARK = 3
"""Height of the lightest mark; the heaviest has four times as much."""


@dataclass(frozen=True, slots=True)
class Band:
    """Rows of a picture under a heading: each a name, cells, and what they add up to."""

    name: str
    rows: Sequence[tuple[str, Sequence[Cell | None], int | None]]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture says, before it has places."""

    title: str
    note: str
    columns: Sequence[str]
    bands: Sequence[Band]
    solid: str
    hatched: str
    total: str
    source: Sequence[str]
    """Where it comes from: lines of small text."""


@dataclass(frozen=True, slots=True)
class Word:
    """A text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of a cell: its number, and where its bar is solid and where hatched."""

    x: float
    y: float
    number: int
    height: int
    left: float
    solid: float
    hatched: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the picture draws, with its place."""

    width: int
    height: int
    chart: Chart
    upright: bool
    heads: list[Word]
    head: int
    """Where the names of columns end."""
    bands: list[Word]
    rows: list[Word]
    rules: list[int]
    marks: list[Mark]
    totals: list[Word]
    source: list[Word]


def draw(chart: Chart) -> Picture:
    """Return a chart with the place of everything in it."""
    upright = len(chart.columns) > _FEW
    wide = _NARROW if upright else _WIDE
    right = _LABEL + wide * len(chart.columns)
    names = [wrapped(name, 24, 2) if upright else wrapped(name, 22, 6) for name in chart.columns]
    y = _TOP + (_UPRIGHT if upright else 16 * max(map(len, names), default=1) + 8)
    heads = [
        Word(_LABEL + wide * (number + 0.5) + 14 * (n - (len(lines) - 1) / 2), y - 8, line)
        if upright
        else Word(_LABEL + wide * (number + 0.5), y - 8 - 16 * (len(lines) - 1 - n), line)
        for number, lines in enumerate(names)
        for n, line in enumerate(lines)
    ]
    head = y
    bands: list[Word] = []
    rows: list[Word] = []
    rules = [y]
    marks: list[Mark] = []
    totals: list[Word] = []
    for band in chart.bands:
        if band.name:
            bands.append(Word(0, y + 24, band.name))
            y += 34
            rules.append(y)
        for name, cells, total in band.rows:
            rows.append(Word(0, y + 16, "".join(wrapped(name, _LETTERS, 1))))
            marks += [
                _mark(cell, _LABEL + wide * (number + 0.5), y)
                for number, cell in enumerate(cells)
                if cell
            ]
            if total is not None:
                totals.append(Word(right + 44, y + 16, str(total)))
            y += _ROW
            rules.append(y)
    lines = [Word(0, y + 28 + 15 * n, line) for n, line in enumerate(chart.source)]
    long = max((len(line) for line in chart.source), default=0)
    width = max(right + (56 if totals else 8), math.ceil(long * _SMALL))
    height = y + 28 + 15 * len(lines)
    return Picture(
        width, height, chart, upright, heads, head, bands, rows, rules, marks, totals, lines
    )


def _mark(cell: Cell, x: float, y: float) -> Mark:
    long = 24.0
    hatched = round(long * cell.hatched / cell.count, 1)
    return Mark(x, y + 12, cell.count, _MARK * cell.step // 2 + 1, x - long / 2,
                round(long - hatched, 1), hatched)  # fmt: skip

"""A comparison as a picture: SVG that needs nothing else, to be put into a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygraph.web.drawing import wrapped
from policygraph.web.matrix import Cell

_LABEL, _LETTERS = 350, 54
_ROW, _HEAD = 24, 150
_NARROW, _WIDE = 38, 150
_FEW = 4
"""So many columns have their names written level; names of more stand upright."""
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
    source: str


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
    heads: list[tuple[float, list[Word]]]
    bands: list[Word]
    rows: list[Word]
    lines: list[float]
    marks: list[Mark]
    totals: list[Word]
    top: int
    foot: int


def draw(chart: Chart) -> Picture:
    """Return a chart with the place of everything in it."""
    upright = len(chart.columns) > _FEW
    wide = _NARROW if upright else _WIDE
    right = _LABEL + wide * len(chart.columns)
    top = 84
    heads = []
    for number, name in enumerate(chart.columns):
        x = _LABEL + wide * (number + 0.5)
        lines = wrapped(name, 24, 2) if upright else wrapped(name, 22, 6)
        first = x - 7 * (len(lines) - 1) if upright else top + _HEAD - 16 * len(lines)
        step = 14 if upright else 16
        heads.append(
            (
                x,
                [
                    Word(first + step * n, top + _HEAD - 8, line)
                    if upright
                    else Word(x, first + step * n + 8, line)
                    for n, line in enumerate(lines)
                ],
            )
        )
    y = top + _HEAD
    bands, rows, lines_, marks, totals = [], [], [float(y)], [], []
    for band in chart.bands:
        if band.name:
            bands.append(Word(0, y + 24, band.name))
            y += 34
            lines_.append(float(y))
        for name, cells, total in band.rows:
            [label] = wrapped(name, _LETTERS, 1) or ("",)
            rows.append(Word(0, y + 16, label))
            for number, cell in enumerate(cells):
                if cell:
                    marks.append(_mark(cell, _LABEL + wide * (number + 0.5), y))
            if total is not None:
                totals.append(Word(right + 44, y + 16, str(total)))
            y += _ROW
            lines_.append(float(y))
    foot = y + 28
    width = max(right + (56 if totals else 8), 640)
    return Picture(
        width, foot + 56, chart, upright, heads, bands, rows, lines_, marks, totals, top, foot
    )


def _mark(cell: Cell, x: float, y: float) -> Mark:
    long = 24.0
    hatched = round(long * cell.hatched / cell.count, 1)
    return Mark(x, y + 12, cell.count, _MARK * cell.step // 2 + 1, x - long / 2,
                round(long - hatched, 1), hatched)  # fmt: skip

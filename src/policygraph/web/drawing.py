"""What pages draw: places and lengths of marks in SVG, without a script and without a style."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from policygraph.web.facts import Link, Text

STRIP = 340
"""Width of a timeline, in pixels."""

_LABELS = 8
"""How many years are named at most."""

_MARK = 7
"""Width of the mark of a single day: a day itself would be too thin to see."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The years of a timeline, with the place of each on it."""

    years: tuple[tuple[int, float], ...]

    @property
    def lines(self) -> str:
        """Return the lines between the years as an SVG path."""
        return "".join([f"M{x:g} 0V100" for _, x in self.years])

    @property
    def labels(self) -> list[tuple[int, str]]:
        """Return some years, the last one first, and the share of the width where each begins."""
        step = math.ceil(len(self.years) / _LABELS)
        return [(year, f"{x / STRIP:.1%}") for year, x in self.years[::-step]]

    def mark(self, earliest: str, latest: str) -> tuple[float, float] | None:
        """Return place and width of the time between two dates, or None for what is no date."""
        try:
            start, end = date.fromisoformat(earliest), date.fromisoformat(latest or earliest)
        except ValueError:
            return None
        first, wide = self.years[0][0], STRIP / len(self.years)
        place = (start.year - first + start.timetuple().tm_yday / 366) * wide
        width = max((end - start).days / 365.25 * wide, _MARK)
        return round(min(place, STRIP - _MARK), 1), round(min(width, STRIP), 1)


def axis(dates: Iterable[str]) -> Axis | None:
    """Return the years from the first to the last of some dates (ISO 8601), or None without any."""
    years = sorted({int(d[:4]) for d in dates if d[:4].isdigit()})
    if not years:
        return None
    span = range(years[0], years[-1] + 1)
    if len(span) > 200:
        return None
    return Axis(tuple((y, round(n * STRIP / len(span), 1)) for n, y in enumerate(span)))


@dataclass(frozen=True, slots=True)
class Bar:
    """One length of a bar: where it starts, how long it is, and its hatching as an SVG path."""

    kind: str
    x: float
    width: float
    hatch: str


def bars(parts: Sequence[tuple[str, int]], width: int, height: int) -> list[Bar]:
    """Return the lengths of a bar for kinds of things and how many there are of each."""
    total = sum(count for _, count in parts)
    found, x = [], 0.0
    for kind, count in parts:
        if not count:
            continue
        length = count / total * width
        found.append(Bar(kind, round(x, 1), round(length, 1), _hatch(x, length, height)))
        x += length
    return found


def _hatch(x: float, width: float, height: int) -> str:
    """Return slanted lines within a rectangle, none of which leaves it."""
    lines = []
    for step in range(0, math.ceil(width) + height, 5):
        low, high = max(step - height, 0), min(step, width)
        if low < high:
            lines.append(f"M{x + low:.1f} {step - low:.1f}L{x + high:.1f} {step - high:.1f}")
    return "".join(lines)


@dataclass(frozen=True, slots=True)
class Node:
    """A document in a network: its lines of text and where they stand."""

    link: Link
    relation: Text
    x: int
    top: int
    """The base line of the relation; the lines of its name follow."""
    lines: tuple[str, ...]
    anchor: str
    path: str
    """The line between it and the document in the middle."""
    head: str
    """The point of its arrow."""


@dataclass(frozen=True, slots=True)
class Network:
    """A document with those that it points to at its right, and those that point to it left."""

    width: int
    height: int
    middle: int
    centre: tuple[str, ...]
    nodes: tuple[Node, ...]


_WIDTH, _ROW, _SIDE, _BOX = 900, 72, 275, 95
_LETTERS, _LINE = 35, 16


def network(
    centre: Text, outgoing: Sequence[tuple[Text, Link]], incoming: Sequence[tuple[Text, Link]]
) -> Network | None:
    """Return the relations of a document as a drawing: names of relations, and the documents."""
    rows = max(len(outgoing), len(incoming))
    if not rows:
        return None
    height = rows * _ROW + 20
    middle = height // 2
    nodes = [*_side(incoming, height, middle, left=True), *_side(outgoing, height, middle)]
    return Network(_WIDTH, height, middle, wrapped(centre.value, 24, 4), tuple(nodes))


def _side(
    relations: Sequence[tuple[Text, Link]], height: int, middle: int, *, left: bool = False
) -> Iterable[Node]:
    start = (height - len(relations) * _ROW) // 2
    x = _SIDE if left else _WIDTH - _SIDE
    inner = _WIDTH // 2 - _BOX if left else _WIDTH // 2 + _BOX
    bend = (x + inner) // 2
    for n, (relation, link) in enumerate(relations):
        y = start + n * _ROW + _ROW // 2
        lines = wrapped(link.text.value, _LETTERS, 3)
        tip = (inner, middle) if left else (x - 6, y)
        head = f"M{tip[0]} {tip[1]}l-8 -4v8z"
        yield Node(
            link=link,
            relation=relation,
            x=x - 6 if left else x + 4,
            top=y + 4 - len(lines) * _LINE // 2,
            lines=lines,
            anchor="end" if left else "start",
            path=f"M{x} {y}C{bend} {y} {bend} {middle} {inner} {middle}"
            if left
            else f"M{inner} {middle}C{bend} {middle} {bend} {y} {x - 6} {y}",
            head=head,
        )


def wrapped(text: str, letters: int, lines: int) -> tuple[str, ...]:
    """Return a text in at most so many lines; what does not fit ends in an ellipsis."""
    done: list[str] = []
    for word in text.split():
        if done and len(done[-1]) + len(word) < letters:
            done[-1] += " " + word
        elif len(done) < lines:
            done.append(word)
        else:
            done[-1] = done[-1].rstrip(",;:") + "…"
            break
    return tuple(done)

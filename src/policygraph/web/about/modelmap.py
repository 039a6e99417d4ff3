"""An ontology as a drawing: classes as boxes with their properties, and lines to what those say.

The drawing is made from the ontology alone, so it cannot be older than what it shows. Boxes stand
in layers: whatever has a property stands left of what the property leads to (Sugiyama, Tagawa and
Toda, 1981). Lines to the same box run together, so that each place on a line leads to one box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from policygraph.namespaces import OWL, RDFS, SCHEMA, SKOS
from policygraph.web.facts import Facts, Link, Text

MANY = 3
"""A property of more classes than this is drawn once, in a box for all of them."""

_WIDE, _BETWEEN, _HEAD, _ROW, _GAP, _LETTERS = 196, 58, 30, 20, 18, 25
_SWEEPS = 12

Key = tuple[str, ...]
"""What names a box: the classes in it."""


@dataclass(slots=True)
class Relation:
    """A property of a class, and the classes that it leads to."""

    term: Link
    targets: list[Link]
    definition: Text
    literal: bool = False
    boxes: list[Key] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return its label in one line."""
        return _short(self.term.text.value)


@dataclass(slots=True)
class Box:
    """A class, or classes that share a property, with what is said of it; its place in pixels."""

    classes: list[Link]
    definition: Text = field(default_factory=lambda: Text(""))
    above: list[Link] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    foreign: bool = False
    x: int = 0
    y: int = 0

    width = _WIDE

    @property
    def key(self) -> Key:
        """Return the classes in it."""
        return tuple(link.iri for link in self.classes)

    @property
    def lines(self) -> list[tuple[str, Link]]:
        """Return the names of the classes at its head, at most one for each line."""
        if len(self.classes) > MANY:
            return []
        return [(_short(c.text.value), c) for c in self.classes]

    @property
    def drawn(self) -> list[Relation]:
        """Return the relations that a line starts from."""
        return [r for r in self.relations if not r.literal]

    @property
    def head(self) -> int:
        """Return the height of its head."""
        return _HEAD + _ROW * max(len(self.lines) - 1, 0)

    @property
    def height(self) -> int:
        """Return its height."""
        return self.head + _ROW * len(self.drawn) + (6 if self.drawn else 0)

    def row(self, number: int) -> int:
        """Return the middle of a row."""
        return self.y + self.head + _ROW * number + _ROW // 2

    @property
    def entry(self) -> int:
        """Return where lines arrive."""
        return self.y + _HEAD // 2


@dataclass(frozen=True, slots=True)
class Model:
    """The boxes, and the lines between them as SVG paths."""

    boxes: list[Box]
    lines: list[str]
    kinds: list[str]
    """The lines from a class to the one above it."""
    heads: list[str]
    width: int
    height: int


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1].rstrip() + "…"


def read_model(facts: Facts, namespace: str) -> list[Box]:
    """Return the classes of an ontology, each with the relations that are written for it."""
    inverse = {iri for s in facts.subjects() for iri in facts.iris(s, OWL.inverseOf)}
    boxes: dict[Key, Box] = {}

    def box(iris: Iterable[str]) -> Box:
        links = [facts.link(iri) for iri in sorted(iris)]
        key = tuple(link.iri for link in links)
        if key not in boxes:
            boxes[key] = Box(links, foreign=not any(i.startswith(namespace) for i in key))
        return boxes[key]

    for iri in sorted(facts.subjects(OWL.Class)):
        if iri.startswith(namespace):
            own = box([iri])
            own.definition = facts.text(iri, SKOS.definition, RDFS.comment)
            own.above = [a for a in facts.links(iri, RDFS.subClassOf) if a.iri in _classes(facts)]
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for iri in sorted(facts.subjects(kind)):
            if not iri.startswith(namespace) or iri in inverse:
                continue
            of = facts.iris(iri, SCHEMA.domainIncludes) or facts.iris(iri, RDFS.domain)
            to = facts.iris(iri, SCHEMA.rangeIncludes) or facts.iris(iri, RDFS.range)
            literal = kind == OWL.DatatypeProperty
            targets = [] if literal else [box([t]).key for t in to if t.startswith(namespace)]
            others = [t for t in to if not t.startswith(namespace)]
            if others and not literal:
                targets.append(box(others).key)
            note = facts.text(iri, SKOS.definition, RDFS.comment)
            for group in [of] if len(of) > MANY else [[c] for c in of]:
                link, ends = facts.link(iri), [facts.link(t) for t in to]
                box(group).relations.append(Relation(link, ends, note, literal, targets))
    return list(boxes.values())


def core(boxes: Iterable[Box]) -> list[Box]:
    """Return the ontology's own classes that lead to each other, and only what does so.

    What every element shares is left out: it says little about each.
    """
    own = [b for b in boxes if not b.foreign and len(b.classes) == 1]
    wide = {above.iri for box in own for above in box.above}
    kept = {box.key for box in own if box.classes[0].iri not in wide}
    found = [
        Box(
            box.classes,
            relations=[
                replace(r, boxes=ends)
                for r in box.drawn
                if (ends := [key for key in r.boxes if key in kept and key != box.key])
            ],
        )
        for box in own
        if box.key in kept
    ]
    reached = {key for box in found for r in box.relations for key in r.boxes}
    return [box for box in found if box.relations or box.key in reached]


def _classes(facts: Facts) -> set[str]:
    return set(facts.subjects(OWL.Class))


def draw_model(boxes: list[Box]) -> Model:
    """Return the boxes that have to do with others, with their places, and the lines."""
    reached = {key for box in boxes for r in box.drawn for key in r.boxes}
    boxes = [b for b in boxes if b.drawn or b.key in reached or not (b.foreign or b.lines == [])]
    by_key = {box.key: box for box in boxes}
    leads = {box.key: _leads_to(box, by_key) for box in boxes}
    layers = _layers(leads)
    places = _Places(by_key, leads, layers)
    for box in boxes:
        box.x = layers[box.key] * (_WIDE + _BETWEEN) + 1
        box.y = round(places.top[box.key])
    lines: dict[str, None] = {}
    kinds: dict[str, None] = {}
    heads: dict[str, None] = {}
    for box in boxes:
        box.relations.sort(key=lambda r: min([by_key[k].y for k in r.boxes], default=0))
        for number, relation in enumerate(box.drawn):
            for key in relation.boxes:
                if key != box.key:
                    lines |= dict.fromkeys(places.path(box, box.row(number), by_key[key]))
                    heads[f"M{by_key[key].x} {by_key[key].entry}l-7 -4v8z"] = None
        for above in box.above:
            if (above.iri,) in by_key:
                kinds |= dict.fromkeys(places.path(box, box.entry, by_key[above.iri,]))
    width = (max(layers.values(), default=0) + 1) * (_WIDE + _BETWEEN) - _BETWEEN + 2
    ends = [box.y + box.height for box in boxes] + [round(y) for y in places.top.values()]
    height = max(ends, default=0) + 2
    return Model(
        boxes, list(lines), [k for k in kinds if k not in lines], list(heads), width, height
    )


def _leads_to(box: Box, known: dict[Key, Box]) -> list[Key]:
    found = [key for relation in box.drawn for key in relation.boxes]
    found += [(above.iri,) for above in box.above if (above.iri,) in known]
    return [key for key in dict.fromkeys(found) if key != box.key]


def _layers(leads: dict[Key, list[Key]]) -> dict[Key, int]:
    """Return the layer of each box; a line that would close a circle runs backwards."""
    order = _ordered(leads)
    layers = dict.fromkeys(leads, 0)
    for key in reversed(order):
        for other in leads[key]:
            layers[other] = max(layers[other], layers[key] + 1)
    reached = {other for ends in leads.values() for other in ends}
    for key in order:
        if key not in reached and leads[key]:
            layers[key] = min(layers[other] for other in leads[key]) - 1
    return layers


def _ordered(leads: dict[Key, list[Key]]) -> list[Key]:
    """Return the boxes, each after those that it leads to; what closes a circle is taken out."""
    order: list[Key] = []
    open_: dict[Key, bool] = {}

    def visit(key: Key) -> None:
        open_[key] = True
        leads[key] = [other for other in leads[key] if not open_.get(other, False)]
        for other in leads[key]:
            if other not in open_:
                visit(other)
        open_[key] = False
        order.append(key)

    for key in leads:
        if key not in open_:
            visit(key)
    return order


class _Places:
    """The order of boxes in their layers, and how far down each stands."""

    def __init__(
        self, boxes: dict[Key, Box], leads: dict[Key, list[Key]], layers: dict[Key, int]
    ) -> None:
        self._layers = layers
        self._height: dict[Key, int] = {key: box.height for key, box in boxes.items()}
        links: dict[Key, dict[Key, None]] = defaultdict(dict)
        rows: dict[int, dict[Key, None]] = defaultdict(dict)
        for key in boxes:
            rows[layers[key]][key] = None
        for key, ends in leads.items():
            for end in ends:
                way = [key, *self._bends(end, layers[key]), end]
                for layer, bend in enumerate(way[1:-1], layers[key] + 1):
                    rows[layer][bend] = None
                    self._height[bend] = 0
                for one, other in pairwise(way):
                    links[one][other] = links[other][one] = None
        self._links = links
        self._rows = [list(rows[n]) for n in sorted(rows)]
        self.top: dict[Key, float] = {}
        self._arrange()

    def _bends(self, end: Key, layer: int) -> list[Key]:
        """Return what stands for a line to a box in each layer that it passes."""
        return [(f"way-{n}", *end) for n in range(layer + 1, self._layers[end])]

    def _arrange(self) -> None:
        for row in self._rows:
            y = 0.0
            for key in row:
                self.top[key] = y
                y += self._height[key] + _GAP
        for _ in range(_SWEEPS):
            for row in self._rows:
                row.sort(key=self._wanted)
                self._stack(row)
        least = min(self.top.values(), default=0.0) - 1
        for key in self.top:
            self.top[key] -= least

    def _wanted(self, key: Key) -> float:
        """Return the middle of what a box is linked with."""
        near = [self.top[other] + self._height[other] / 2 for other in self._links[key]]
        return sum(near) / len(near) if near else self.top[key] + self._height[key] / 2

    def _stack(self, row: list[Key]) -> None:
        """Place a layer as near to where its boxes want to be as its order allows."""
        wanted = {key: self._wanted(key) - self._height[key] / 2 for key in row}
        end, shift = float("-inf"), 0.0
        for key in row:
            self.top[key] = max(wanted[key], end)
            end = self.top[key] + self._height[key] + _GAP
            shift += wanted[key] - self.top[key]
        for key in row:
            self.top[key] += shift / len(row)

    def path(self, start: Box, y: int, end: Box) -> list[str]:
        """Return the parts of the line from a row of one box to another box."""
        bends = self._bends(end.key, self._layers[start.key])
        x, parts = start.x + _WIDE, []
        for bend in bends:
            below = round(self.top[bend])
            parts.append(_curve(x, y, x + _BETWEEN, below) + f"h{_WIDE}")
            x, y = x + _BETWEEN + _WIDE, below
        return [*parts, _curve(x, y, end.x - 6, end.entry)]


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    middle = (x + to_x) // 2
    return f"M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}"

from __future__ import annotations

from itertools import combinations

import pytest

from policygraph.namespaces import BASE, OWL, PG_NS, RDF, RDFS, prefixes
from policygraph.terms import NamedNode, Triple
from policygraph.turtle import read_turtle
from policygraph.urls import Urls
from policygraph.web.about.modelmap import Model, core, draw_model, read_model
from policygraph.web.facts import Facts
from tests.conftest import REPOSITORY

CIRCLES = (
    [("a", "b"), ("b", "a")],
    [("a", "b"), ("b", "c"), ("c", "a")],
    [("a", "a")],
    [("a", "b"), ("b", "b"), ("b", "a")],
)


def drawn(triples: list[Triple]) -> Model:
    facts = Facts(triples, "en", Urls(BASE), prefixes(BASE))
    return draw_model(read_model(facts, PG_NS))


def relation(name: str, of: str, to: str) -> list[Triple]:
    this = NamedNode(PG_NS + name)
    return [
        (this, NamedNode(RDF.type), NamedNode(OWL.ObjectProperty)),
        (this, NamedNode(RDFS.domain), NamedNode(PG_NS + of)),
        (this, NamedNode(RDFS.range), NamedNode(PG_NS + to)),
    ]


def apart(model: Model) -> None:
    for one, other in combinations(model.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        below = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or below, (one.key, other.key)
    for box in model.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= model.width
        assert box.y + box.height <= model.height


def test_the_ontology_is_drawn_without_overlap() -> None:
    path = REPOSITORY / "ontology" / "policygraph.ttl"
    model = drawn(list(read_turtle(path.read_bytes(), path).triples))
    apart(model)
    ends = {(box.x, box.entry) for box in model.boxes}
    for head in model.heads:
        x, y = head[1:].partition("l")[0].split()
        assert (int(x), int(y)) in ends
    left = {box.key: box.x for box in model.boxes}
    for box in model.boxes:
        for line in box.drawn:
            assert all(left[key] > box.x for key in line.boxes if key != box.key), line.name


def test_the_core_of_the_ontology_leads_from_class_to_class() -> None:
    path = REPOSITORY / "ontology" / "policygraph.ttl"
    facts = Facts(read_turtle(path.read_bytes(), path).triples, "en", Urls(BASE), prefixes(BASE))
    boxes = core(read_model(facts, PG_NS))
    model = draw_model(boxes)
    apart(model)
    ends = {(of.key[0], key[0]) for of in boxes for r in of.relations for key in r.boxes}
    assert (PG_NS + "ActionPoint", PG_NS + "Pillar") in ends
    assert (PG_NS + "Principle", PG_NS + "PrincipleTheme") in ends
    linked = {one for pair in ends for one in pair}
    assert {box.key[0] for box in boxes} == linked
    assert all(iri.startswith(PG_NS) for iri in linked)


@pytest.mark.parametrize("pairs", CIRCLES)
def test_relations_in_a_circle_are_drawn(pairs: list[tuple[str, str]]) -> None:
    model = drawn([t for n, (of, to) in enumerate(pairs) for t in relation(f"p{n}", of, to)])
    apart(model)
    assert len(model.boxes) == len({end for pair in pairs for end in pair})
    assert len(model.heads) == len({to for of, to in pairs if of != to})

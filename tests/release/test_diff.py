"""A diff tells exactly what changed, in words of policy, whatever form the two editions have."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph.build import collect
from policygraph.diff import Change, compare, diff
from policygraph.editions import NOT_WRITTEN, Edition, read_edition
from policygraph.errors import BrokenInput, SyntaxProblem
from policygraph.namespaces import ADMS, CV, PG, RDF, SKOS
from policygraph.release import Release
from policygraph.sources import Sources, find_portal
from policygraph.terms import Literal, NamedNode, Triple
from policygraph.turtle import write_turtle
from policygraph.wording import Words, as_html, as_json, as_text, as_turtle
from tests.conftest import REPOSITORY

BASE = "https://w3id.org/policygraph/id/"
POLICY = BASE + "policy/nl-generative-ai-vision"
ACTION = POLICY + "/action/1.1"

Expected = tuple[str, str, str]
"""Kind, thing, property."""


def triple(subject: str, predicate: str, term: str | Literal) -> Triple:
    node = NamedNode(term) if isinstance(term, str) else term
    return NamedNode(subject), NamedNode(predicate), node


@dataclass
class Graph:
    """The written facts of the portal, with what a mutation needs to know."""

    triples: set[Triple]

    def objects(self, subject: str, predicate: str) -> list[str]:
        return sorted(
            o.value for s, p, o in self.triples if (s.value, p.value) == (subject, predicate)
        )

    def subjects(self, predicate: str, value: str) -> list[str]:
        return sorted(
            s.value for s, p, o in self.triples if p.value == predicate and o.value == value
        )

    def replace(self, subject: str, predicate: str, term: str | Literal) -> None:
        self.triples = {
            t for t in self.triples if (t[0].value, t[1].value) != (subject, predicate)
        } | {triple(subject, predicate, term)}


def add(graph: Graph, thing: str) -> Expected:
    new = f"{thing}-new"
    graph.triples |= {
        triple(new, RDF.type, PG.ActionPoint),
        triple(new, PG.actionPointOf, POLICY),
        triple(new, SKOS.prefLabel, Literal("Something new beside " + thing, language="en")),
    }
    return "added", new, ""


def remove(graph: Graph, thing: str) -> Expected:
    graph.triples = {t for t in graph.triples if t[0].value != thing}
    return "removed", thing, ""


def rename(graph: Graph, thing: str) -> Expected:
    graph.replace(thing, SKOS.prefLabel, Literal("Another name of " + thing, language="en"))
    return "renamed", thing, SKOS.prefLabel


def move(graph: Graph, thing: str) -> Expected:
    graph.replace(thing, PG.inPillar, POLICY + "/pillar/none-so-far")
    return "moved", thing, PG.inPillar


def progress(graph: Graph, thing: str) -> Expected:
    graph.replace(thing, ADMS.status, BASE + "status/abandoned-by-all")
    return "status", thing, ADMS.status


def trust(graph: Graph, thing: str) -> Expected:
    graph.replace(thing, PG.evidenceLevel, PG.Uncorroborated)
    return "evidence", thing, PG.evidenceLevel


def align(graph: Graph, thing: str) -> Expected:
    alignment = f"{thing}/alignment/new"
    graph.triples |= {
        triple(alignment, RDF.type, PG.SDGAlignment),
        triple(alignment, PG.alignmentOf, thing),
        triple(alignment, PG.goal, "http://metadata.un.org/sdg/14"),
        triple(alignment, PG.basis, PG.CuratorInterpretation),
    }
    return "sdg-added", thing, PG.alignmentOf


def involve(graph: Graph, thing: str) -> Expected:
    participation = f"{thing}/participation/new"
    graph.triples |= {
        triple(thing, CV.hasParticipation, participation),
        triple(participation, RDF.type, CV.Participation),
        triple(participation, CV.hasParticipant, BASE + "organisation/nl-of-the-test"),
        triple(participation, CV.role, BASE + "role/responsible"),
    }
    return "party-added", thing, CV.hasParticipation


def relate(graph: Graph, thing: str) -> Expected:
    graph.triples |= {triple(thing, PG.cites, BASE + "policy/of-the-test")}
    return "relation-added", thing, PG.cites


def readdress(graph: Graph, thing: str) -> Expected:
    new = NamedNode(thing + "-moved")
    graph.triples = {
        (new if s.value == thing else s, p, new if o == NamedNode(thing) else o)
        for s, p, o in graph.triples
    }
    return "address", new.value, ""


class Tags(HTMLParser):
    """The names of the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.add(tag)


MUTATIONS: tuple[Callable[[Graph, str], Expected], ...] = (
    add, remove, rename, move, progress, trust, align, involve, relate, readdress,
)  # fmt: skip


@pytest.fixture(scope="module")
def facts(sources: Sources) -> set[Triple]:
    graphs = collect(sources)[0]
    return {t for slug, triples in graphs.items() if slug not in NOT_WRITTEN for t in triples}


def told(changes: list[Change]) -> Counter[Expected]:
    return Counter((change.kind, change.thing, change.property) for change in changes)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(
    chosen=st.dictionaries(
        st.integers(0, 10**6).map(lambda n: n % 24), st.sampled_from(MUTATIONS), max_size=6
    )
)
def test_exactly_the_mutations_are_told(
    facts: set[Triple], chosen: dict[int, Callable[[Graph, str], Expected]]
) -> None:
    graph = Graph(set(facts))
    things = graph.subjects(PG.actionPointOf, POLICY)
    assert len(things) >= 24
    expected = Counter(mutate(graph, things[at]) for at, mutate in chosen.items())
    assert told(compare(facts, graph.triples)) == expected


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_each_mutation_is_told_and_its_undoing_too(
    facts: set[Triple], mutate: Callable[[Graph, str], Expected]
) -> None:
    graph = Graph(set(facts))
    expected = mutate(graph, ACTION)
    (change,) = compare(facts, graph.triples)
    assert (change.kind, change.thing, change.property) == expected
    assert change.policy == POLICY
    (back,) = compare(graph.triples, facts)
    opposite = {"added": "removed", "removed": "added"}
    kind, mark, end = change.kind.rpartition("-")
    wanted = kind + mark + opposite.get(end, end)
    assert back.kind == wanted
    assert (back.old, back.new) == (change.new, change.old)


def test_every_differing_triple_is_told(facts: set[Triple]) -> None:
    """Whatever else changes is told by property; here, one triple of each property at a time."""
    seen: dict[str, Triple] = {}
    for one in sorted(facts, key=str):
        if one[0].value.startswith(POLICY):
            seen.setdefault(one[1].value, one)
    part = {t for t in facts if t[0].value.startswith(POLICY)}
    assert len(seen) > 25
    for one in seen.values():
        assert compare(part, part - {one}), one
        assert compare(part - {one}, part), one


def test_a_policy_that_comes_is_one_line_with_the_number_of_its_parts(facts: set[Triple]) -> None:
    own = {t for t in facts if t[0].value == POLICY or t[0].value.startswith(POLICY + "/")}
    changes = compare(facts - own, facts)
    (policy,) = [c for c in changes if c.policy == POLICY and c.kind == "added"]
    pillars = Graph(facts).subjects(PG.pillarOf, POLICY)
    assert policy.parts[PG.Pillar] == len(pillars)


def test_a_policy_at_another_address_takes_its_parts_along(facts: set[Triple]) -> None:
    def there(iri: str) -> str:
        return iri.replace(POLICY, POLICY + "-2024") if iri.startswith(POLICY) else iri

    part = {t for t in facts if t[0].value == POLICY or t[0].value.startswith(POLICY + "/")}
    moved = {
        triple(there(s.value), p.value, o if isinstance(o, Literal) else there(o.value))
        for s, p, o in part
    }
    (change,) = compare(part, moved)
    assert (change.kind, change.thing) == ("address", POLICY + "-2024")


def test_two_of_one_name_are_not_taken_for_one_another(facts: set[Triple]) -> None:
    name = triple(ACTION, SKOS.prefLabel, Literal("Twin", language="en"))
    before = Graph({t for t in facts if t[0].value.startswith(POLICY)})
    other = ACTION + "-twin"
    for thing in (ACTION, other):
        before.triples |= {
            triple(thing, RDF.type, PG.ActionPoint), triple(thing, PG.actionPointOf, POLICY)
        }  # fmt: skip
        before.replace(thing, SKOS.prefLabel, name[2])  # type: ignore[arg-type]
    before.triples = {t for t in before.triples if t[0].value != ACTION} | {
        triple(ACTION, RDF.type, PG.ActionPoint), triple(ACTION, PG.actionPointOf, POLICY), name
    }  # fmt: skip
    after = Graph(set(before.triples))
    readdress(after, other)
    kinds = {change.kind for change in compare(before.triples, after.triples)}
    assert kinds == {"added", "removed"}


@pytest.mark.parametrize(
    "form", ["release", "portal", "policygraph.nq", "policygraph.trig.gz", "policygraph.ttl",
             "policygraph.jsonld", "policygraph.nt.gz"],
)  # fmt: skip
def test_a_release_is_the_same_in_every_form(form: str, release: Release) -> None:
    paths = {"release": release.path, "portal": REPOSITORY}
    other = read_edition(paths.get(form, release.file(form)))
    found = diff(read_edition(release.path), other)
    assert found.changes == ()
    # Only a build knows its own warnings, which `meta` counts.
    assert [graph for graph, _, _ in found.graphs if graph != "meta"] == []
    words = Words(found, "en")
    if form != "portal":
        assert found.same
        assert "Nothing changed." in as_text(words)


def test_a_file_of_a_curator_is_compared_with_its_next_version(tmp_path: Path) -> None:
    old = REPOSITORY / "data" / "policies" / "nl-generative-ai-vision.ttl"
    text = old.read_text(encoding="utf-8").replace(
        '"Strengthen international partnerships"@en', '"<script>alert(1)</script>"@en'
    )
    new = tmp_path / "new.ttl.gz"
    new.write_bytes(gzip.compress(text.encode()))
    found = diff(read_edition(old), read_edition(new))
    english, dutch = Words(found, "en"), Words(found, "nl")
    line = next(x for x in as_text(english).splitlines() if "renamed" in x)
    assert "action point 1.1" in line
    assert "actiepunt 1.1" in as_text(dutch)
    report = json.loads(as_json(english))
    (change,) = report["policies"][0]["changes"]
    assert change["old"][0] == {
        "type": "literal", "value": "Strengthen international partnerships", "xml:lang": "en"
    }  # fmt: skip
    page = as_html(english)
    parser = Tags()
    parser.feed(page)
    assert "script" not in parser.tags
    assert {"h1", "h2", "ul", "li"} <= parser.tags
    quads = list(ox.parse(as_turtle(english, dutch), ox.RdfFormat.TURTLE))
    summaries = {q.object.language for q in quads if q.predicate.value.endswith("#summary")}
    assert summaries == {"nl", "en"}


def test_other_graphs_are_counted(facts: set[Triple]) -> None:
    iri = "https://example.org/graph/"
    graphs = {iri + "x": frozenset(facts), iri + "inferred": frozenset(list(facts)[:10])}
    old = Edition("old", graphs)
    new = Edition("new", graphs | {iri + "inferred": frozenset(list(facts)[:7])})
    found = diff(old, new)
    assert (found.changes, found.graphs) == ((), (("inferred", 10, 7),))
    assert not found.same
    assert "from 10 to 7" in as_text(Words(found, "en"))


def test_a_portal_that_is_not_valid_can_be_compared(portal: Path) -> None:
    path = portal / "data" / "policies" / "nl-generative-ai-vision.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("pg:standing pg:Listed", "pg:standng pg:Listed"), "utf-8")
    assert find_portal(portal).root == portal
    found = diff(read_edition(REPOSITORY), read_edition(portal))
    assert {change.policy for change in found.changes} == {POLICY}


def test_what_is_broken_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(BrokenInput, match="does not exist"):
        read_edition(tmp_path / "nothing.nq")
    with pytest.raises(BrokenInput, match="neither a release"):
        read_edition(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(BrokenInput, match="damaged"):
        read_edition(tmp_path)
    text = tmp_path / "x.ttl"
    text.write_text("<a:b> <a:c>\n <a:d> ;; !\n")
    with pytest.raises(SyntaxProblem, match=r"x\.ttl:2"):
        read_edition(text)
    packed = tmp_path / "x.nq.gz"
    packed.write_bytes(b"no gzip")
    with pytest.raises(BrokenInput, match="cannot be read"):
        read_edition(packed)
    (tmp_path / "x.docx").write_text("")
    with pytest.raises(BrokenInput, match="unknown suffix"):
        read_edition(tmp_path / "x.docx")


def test_blank_nodes_are_counted(tmp_path: Path) -> None:
    files = []
    for name, text in (("a", "<x:a> <x:b> [] ."), ("b", "<x:a> <x:b> [], [] .")):
        files.append(tmp_path / f"{name}.ttl")
        files[-1].write_text(text)
    found = diff(*map(read_edition, files))
    assert (found.changes, found.unnamed, found.same) == ((), (1, 2), False)
    assert write_turtle(found.new.written(), {})

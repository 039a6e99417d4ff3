"""vocabulary.md: every class, property and individual of the ontology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pages import Facts, cell, opening, short, table, triples
from policygraph.namespaces import OWL, PG_NS, RDF, RDFS, SCHEMA, SH, SHAPES_NS, SKOS
from policygraph.sources import Sources
from policygraph.turtle import natural


def vocabulary(sources: Sources) -> Iterator[str]:
    """Yield the page of every class, property and individual of the ontology."""
    facts = Facts(triples(sources, "ontology"))
    terms = [t for t in facts.subjects(RDFS.isDefinedBy, PG_NS) if t != PG_NS]
    by_release = _added_by_release(Facts(triples(sources, "shapes")))
    yield from opening(
        "Vocabulary",
        f"Every term of the namespace `{PG_NS}` (prefix `pg:`), {len(terms)} in all. "
        "Why they are as they are: [model.md](model.md). What data must meet: "
        "[rules.md](rules.md).",
        "A running server gives the same as a page and as RDF at `/ns`. Under *from* and *to* "
        "stands where a property is used, not what may be concluded: the constraints are the "
        "shapes. *Written: never* marks what the release adds.",
    )
    groups = dict(_groups(facts, terms))
    for name, members in groups.items():
        yield f"## {name}"
        yield ""
        yield from table(
            ["term", "English", "Nederlands"],
            (
                [
                    f"[{short(t)}](#{_anchor(t)})",
                    facts.text(t, RDFS.label, "en"),
                    facts.text(t, RDFS.label, "nl"),
                ]
                for t in members
            ),
        )
        for term in members:
            yield from _term(facts, term, added=term in by_release)


def _added_by_release(shapes: Facts) -> frozenset[str]:
    rules = shapes.values(SHAPES_NS + "Derived", SH.property)
    return frozenset(path for rule in rules for path in shapes.values(rule, SH.path))


def _groups(facts: Facts, terms: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the groups: classes, properties by what they belong to, individuals."""
    classes = [t for t in terms if OWL.Class in facts.values(t, RDF.type)]
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    properties = [t for t in terms if any(k in facts.values(t, RDF.type) for k in kinds)]
    yield "Classes", classes
    owners: dict[str, list[str]] = defaultdict(list)
    for property_ in properties:
        from_ = facts.values(property_, SCHEMA.domainIncludes, RDFS.domain)
        owners[from_[0] if len(from_) == 1 else ""].append(property_)
    for owner in sorted(owners, key=natural):
        if owner:
            yield f"Properties of {short(owner)}", owners[owner]
    yield "Properties of several classes", owners[""]
    rest = sorted(set(terms) - {*classes, *properties}, key=natural)
    yield "Individuals", rest


def _anchor(iri: str) -> str:
    return iri.removeprefix(PG_NS)


def _term(facts: Facts, term: str, *, added: bool) -> Iterator[str]:
    def texts(property_: str) -> tuple[str, str]:
        return facts.text(term, property_, "en"), facts.text(term, property_, "nl")

    yield f'<a id="{_anchor(term)}"></a>'
    yield ""
    yield f"### {short(term)}"
    yield ""
    english, dutch = texts(SKOS.definition)
    yield english
    yield f"<br>*{dutch}*"
    yield ""
    rows: list[tuple[str, str]] = [("is", _kind(facts, term))]
    for name, found in (
        ("below", facts.values(term, RDFS.subClassOf) + facts.values(term, RDFS.subPropertyOf)),
        ("from", facts.values(term, SCHEMA.domainIncludes, RDFS.domain)),
        ("to", facts.values(term, SCHEMA.rangeIncludes, RDFS.range)),
        ("inverse", facts.values(term, OWL.inverseOf) + facts.subjects(OWL.inverseOf, term)),
        ("close to", facts.values(term, SKOS.closeMatch)),
        ("wider than", facts.values(term, SKOS.narrowMatch)),
    ):
        if found:
            rows.append((name, ", ".join(_link(iri) for iri in dict.fromkeys(found))))
    if added:
        rows.append(("written", "never; the release adds it"))
    for name, property_ in (
        ("note", SKOS.scopeNote), ("example", SKOS.example), ("remark", SKOS.editorialNote),
    ):  # fmt: skip
        english, dutch = texts(property_)
        if english:
            rows.append((name, f"{cell(english)}<br>*{cell(dutch)}*"))
    yield from table(["", ""], rows)


def _kind(facts: Facts, term: str) -> str:
    names = {
        OWL.Class: "class",
        OWL.ObjectProperty: "property that points to a thing",
        OWL.DatatypeProperty: "property that holds a value",
    }
    types = facts.values(term, RDF.type)
    return next((names[t] for t in types if t in names), "") or ", ".join(
        _link(t) for t in types if t != OWL.NamedIndividual
    )


def _link(iri: str) -> str:
    if iri.startswith(PG_NS) and iri != PG_NS:
        return f"[{short(iri)}](#{_anchor(iri)})"
    return f"`{short(iri)}`"

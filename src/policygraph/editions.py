"""What is compared: the facts of a release, of a portal as it stands, or of somebody's dump."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from policygraph import dumps
from policygraph.build import collect
from policygraph.errors import BrokenInput
from policygraph.inference import infer
from policygraph.namespaces import (
    BASE,
    DCAT,
    DCT,
    DQV,
    ELI,
    OWL,
    PG,
    PG_NS,
    RDF,
    RDFS,
    SH,
    SHAPES_NS,
    SKOS,
    VOID,
)
from policygraph.release import MANIFEST, open_release
from policygraph.sources import FOLDERS, find_portal
from policygraph.terms import BlankNode, Literal, NamedNode, Triple
from policygraph.turtle import canonical_triples

NOT_WRITTEN = ("inferred", "meta", "ontology", "queries", "shapes")
"""Slugs of the graphs that hold no facts about policies; of these only the size is told."""

_LABELS = (DCT.title, RDFS.label, SKOS.prefLabel)
"""What may name a thing, best last."""

_ADDED = frozenset(
    {
        PG.hasPrinciple, PG.hasPillar, PG.hasActionPoint, PG.hasGoal, PG.hasRisk, PG.hasElement,
        PG.elementOf, PG.pillarAction, PG.hasTakeaway, PG.statesSDG, PG.interpretedSDG,
        PG.alignsWithSDG, PG.hasStakeholder, PG.responsibleBody, PG.concernedBy, PG.realisedBy,
        PG.earliest, PG.latest, ELI.is_realized_by, ELI.is_embodied_by, ELI.jurisdiction,
        ELI.is_about, SKOS.broadMatch, RDFS.label, OWL.inverseOf, RDFS.subPropertyOf,
        RDFS.subClassOf,
    }
)  # fmt: skip
"""Properties that no curator writes: the release adds them, or the ontology has them."""

_SHARED = frozenset({DCT.source, DCT.hasPart, DCT.isPartOf, DCT.relation, DCT.references})
"""Properties that a curator may write and the release may add."""

_OTHER_TYPES = frozenset(
    {
        DCAT.Catalog, DQV.QualityMeasurement, DQV.Metric, OWL.Ontology, SH.Parameter,
        SH.SPARQLExecutable, SH.NodeShape, SH.PropertyShape,
    }
)  # fmt: skip
"""Classes of what stands in the graphs of NOT_WRITTEN."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of a policy graph."""

    name: str
    """As the caller named it."""
    graphs: Mapping[str, frozenset[Triple]]
    """IRI of a named graph to its triples; the key "" is the default graph."""
    base: str = BASE
    release: str = ""
    """The id of the release, where it is one."""
    version: str = ""
    date: str = ""

    @property
    def flat(self) -> bool:
        """Whether facts stand in no named graph, so that nobody can tell who wrote them."""
        return bool(self.graphs.get(""))

    def written(self) -> set[Triple]:
        """Return what curators wrote: every graph that is not one of NOT_WRITTEN."""
        return {t for iri, ts in self.graphs.items() if slug_of(iri) not in NOT_WRITTEN for t in ts}

    def flattened(self) -> set[Triple]:
        """Return the facts of all graphs together, without what a release is known to add.

        Which property was written cannot be told for all of them; whoever compares two editions
        has to flatten both.
        """
        everything = {t for iri, ts in self.graphs.items() if slug_of(iri) != "shapes" for t in ts}
        left_out = {
            s
            for s, p, o in everything
            if (p.value == RDF.type and isinstance(o, NamedNode) and o.value in _OTHER_TYPES)
            or s.value.startswith((PG_NS, SHAPES_NS))
            or (slug_of(s.value) in NOT_WRITTEN)
            or s.value.startswith((f"{self.base}.well-known/void", f"{self.base}queries#"))
        }
        kept = {t for t in everything if t[0] not in left_out and not _generated(t)}
        core = {t for t in kept if t[1].value not in _SHARED}
        return kept - infer(core, everything, self.base)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return, for each graph of NOT_WRITTEN, its number of triples and a hash of them."""
        found = {}
        for iri, triples in self.graphs.items():
            if slug_of(iri) in NOT_WRITTEN:
                found[slug_of(iri)] = (len(triples), hash(frozenset(canonical_triples(triples))))
        return found

    def labels(self) -> dict[str, dict[str, str]]:
        """Return what every thing is called: IRI to language to text."""
        found: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
        for triples in self.graphs.values():
            for subject, predicate, term in triples:
                if predicate.value in _LABELS and isinstance(term, Literal):
                    name = (_LABELS.index(predicate.value), term.value)
                    names = found[subject.value]
                    names[term.language or ""] = max(name, names.get(term.language or "", name))
        return {iri: {lang: name[1] for lang, name in ns.items()} for iri, ns in found.items()}


def _generated(triple: Triple) -> bool:
    _, predicate, term = triple
    return (
        predicate.value in _ADDED
        or predicate.value in VOID
        or predicate.value in DQV
        or (predicate.value == RDF.type and term.value == VOID.Dataset)
    )


def slug_of(graph: str) -> str:
    """Return the slug of a named graph, of whatever portal; "" for any other IRI."""
    return graph.rpartition("/graph/")[2] if "/graph/" in graph else ""


def named_things(triples: Iterable[Triple]) -> tuple[set[Triple], int]:
    """Return the triples without blank nodes, and the number of those that have one."""
    every = set(triples)
    named = {
        t for t in every if not isinstance(t[0], BlankNode) and not isinstance(t[2], BlankNode)
    }
    return named, len(every) - len(named)


def read_edition(path: Path) -> Edition:
    """Return what stands at `path`: a release, a portal (also one that is not valid), or a dump.

    Raises BrokenInput for what is none of these, SyntaxProblem with the place for broken text.
    """
    if (path / MANIFEST).is_file():
        release = open_release(path)
        portal = release.portal
        graphs = _read(release.dataset)
        return Edition(
            str(path), graphs, portal.base, release.id, portal.version, portal.date
        )  # fmt: skip
    if path.is_dir():
        if not any((path / name).is_dir() for name in FOLDERS):
            raise BrokenInput(
                f"{path} is neither a release (it has no {MANIFEST}) nor a portal "
                f"(it has no folder {', '.join(FOLDERS)})"
            )
        sources = find_portal(path)
        base = sources.portal.base
        collected = collect(sources)[0]
        graphs = {f"{base}graph/{slug}": frozenset(ts) for slug, ts in collected.items()}
        portal = sources.portal
        return Edition(str(path), graphs, base, "", portal.version, portal.date)
    if not path.exists():
        raise BrokenInput(f"{path} does not exist: name a release, a portal or an RDF file")
    return Edition(str(path), _read((path,)))


def _read(files: tuple[Path, ...]) -> dict[str, frozenset[Triple]]:
    graphs: dict[str, set[Triple]] = defaultdict(set)
    for quad in dumps.quads(files):
        graph = quad.graph_name
        name = graph.value if isinstance(graph, NamedNode | BlankNode) else ""
        graphs[name].add((quad.subject, quad.predicate, quad.object))  # type: ignore[arg-type]
    return {name: frozenset(triples) for name, triples in graphs.items()}


def common_labels() -> dict[str, dict[str, str]]:
    """Return what the terms and the lists of the portal here (else the shipped one) are called.

    A file on its own names neither its statuses nor its properties.
    """
    try:
        sources = find_portal()
    except BrokenInput:  # no portal here, none shipped: addresses have to do
        return {}
    shared = ("ontology", "schemes", "context", "stakeholders", "initiatives")
    files = [file.path for file in sources.turtle_files() if file.graph in shared]
    return Edition("", _read(tuple(files))).labels()

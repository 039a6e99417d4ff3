"""What search can find: the things of a release with their names, kinds, documents and places."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policygraph.namespaces import (
    CSVW,
    CV,
    DCAT,
    DCT,
    DQV,
    ELI,
    FOAF,
    OWL,
    PG,
    PG_NS,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SDGO,
    SH,
    SKOS,
    VOID,
)
from policygraph.web.facts import FALLBACK, LABELS, Text
from policygraph.web.lookup import Lookup, Row, iri_ref
from policygraph.web.questions import query

MOST = 50_000
"""Names that are held in memory, some 50 MiB; a release with more is searched by SPARQL."""

KINDS: dict[str, tuple[str, ...]] = {
    "policy": (PG.PolicyDocument,),
    "principle": (PG.Principle,),
    "pillar": (PG.Pillar,),
    "action": (PG.ActionPoint,),
    "goal": (PG.Goal,),
    "risk": (PG.Risk,),
    "takeaway": (PG.KeyTakeaway,),
    "initiative": (PG.Initiative,),
    "group": (PG.StakeholderGroup,),
    "organisation": (PG.Stakeholder,),
    "theme": (PG.PrincipleTheme,),
    "instrument": (PG.InstrumentType,),
    "sdg": (SDGO.Goal, SDGO.Target),
    "place": (DCT.Location,),
    "document": (PG.ReferencedDocument,),
    "source": (FOAF.Document,),
    "query": (SH.SPARQLExecutable,),
    "concept": (SKOS.Concept, SKOS.ConceptScheme),
    "term": (RDFS.Class, RDF.Property, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty),
}
"""What a thing is for who searches, and its classes; the first that fits counts."""

OTHER = "other"
"""The kind of what has none of these classes."""

_RECORDS = (
    CSVW.Column, CV.Participation, DCAT.Dataset, DCT.LinguisticSystem, DCT.PeriodOfTime,
    DQV.Metric, DQV.QualityMeasurement,
    ELI.Expression, ELI.Manifestation, PG.ImpactAssessment, PG.SDGAlignment, PROV.Activity,
    RDF.Statement, SH.NodeShape, SH.Parameter, SH.PropertyShape, VOID.Dataset, VOID.Linkset,
    VOID.DatasetDescription, OWL.Ontology,
)  # fmt: skip
"""What is said about other things, and is read on their pages: not to be found by itself."""

NAMES = {
    **dict.fromkeys(LABELS, "label"),
    PG.officialName: "official",
    PG.officialSymbol: "symbol",
    SKOS.notation: "symbol",
    SKOS.altLabel: "other",
    DCT.title: "title",
    DCT.description: "description",
    SKOS.definition: "description",
    SCHEMA.name: "label",
}
"""Properties that name or describe a thing, and what each gives."""

_PART_OF = tuple(
    PG_NS + name
    for name in ("elementOf principleOf pillarOf actionPointOf goalOf riskOf aboutDocument".split())
)
_ROLES = ("label", "other", "official", "title", "symbol", "description")


@dataclass(frozen=True, slots=True)
class Name:
    """A text by which a thing is found: what it is of the thing, and its language."""

    role: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that can be found."""

    iri: str
    kind: str
    names: tuple[Name, ...]
    number: str = ""
    document: str = ""
    """The IRI of the policy that it is a part of, or is."""
    places: tuple[str, ...] = ()

    def label(self, language: str) -> Text:
        """Return its name in the best language, as pages do."""
        order = (language, *FALLBACK)
        best = min(
            self.names,
            key=lambda n: (
                _ROLES.index(n.role),
                order.index(n.lang) if n.lang in order else len(order) + (n.lang == ""),
                n.lang,
                n.text,
            ),
        )
        return Text(best.text, best.lang if best.lang != language else "")


Rows = tuple[list[Row], list[Row]]


async def described(lookup: Lookup) -> Rows | None:
    """Return the rows that `things` reads; None if they are more than memory should hold."""
    known = [*(c for classes in KINDS.values() for c in classes), *_RECORDS]
    said_with = (*_PART_OF, DCT.spatial, PG.number, OWL.deprecated)
    named, related = await asyncio.gather(
        lookup.rows(
            "SELECT ?x ?p ?name (LANG(?name) AS ?lang) WHERE {"
            f" VALUES ?p {{ {_refs(NAMES)} }} ?x ?p ?name"
            f" FILTER(isIRI(?x) && isLiteral(?name)) }} LIMIT {MOST + 1}"
        ),
        lookup.rows(
            "SELECT ?x ?p ?y WHERE {"
            f" {{ VALUES ?y {{ {_refs(known)} }} ?x a ?y . BIND(<{RDF.type}> AS ?p) }}"
            f" UNION {{ VALUES ?p {{ {_refs(said_with)} }} ?x ?p ?y }}"
            f" }} LIMIT {MOST + 1}"
        ),
    )
    return None if len(named) > MOST or len(related) > MOST else (named, related)


def things(rows: Rows) -> list[Thing]:
    """Return everything that can be found, by IRI."""
    named, related = rows
    names: dict[str, set[Name]] = defaultdict(set)
    for row in named:
        if row["name"].strip():
            names[row["x"]].add(Name(NAMES[row["p"]], row["name"], row.get("lang", "")))
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in related:
        said[row["x"]][row["p"]].add(row["y"])
    found = [_thing(iri, own, said) for iri, own in sorted(names.items())]
    return [thing for thing in found if thing is not None]


def _thing(iri: str, names: set[Name], said: dict[str, dict[str, set[str]]]) -> Thing | None:
    own = said.get(iri, {})
    classes = own.get(RDF.type, set())
    kind = next((k for k, wanted in KINDS.items() if not classes.isdisjoint(wanted)), OTHER)
    if kind == OTHER and not classes.isdisjoint(_RECORDS):
        return None
    if not own.get(OWL.deprecated, set()).isdisjoint(("true", "1")):
        return None  # its page says what replaces it, to those who still have its address
    of = sorted(document for p in _PART_OF for document in own.get(p, ()))
    document = iri if kind == "policy" else next(iter(of), "")
    places = own.get(DCT.spatial) or said.get(document, {}).get(DCT.spatial, set())
    # A text that is there in several roles counts in the first.
    best: dict[tuple[str, str], Name] = {}
    for name in sorted(names, key=lambda n: (_ROLES.index(n.role), n.lang, n.text)):
        best.setdefault((name.text, name.lang), name)
    number = min(own.get(PG.number, ()), default="")
    return Thing(iri, kind, tuple(best.values()), number, document, tuple(sorted(places)))


def _refs(iris: Iterable[str]) -> str:
    return " ".join(iri_ref(iri) for iri in dict.fromkeys(iris))


async def containing(lookup: Lookup, words: Sequence[str], most: int) -> list[Thing]:
    """Return things with a name that contains all the words as written, at most `most` of them."""
    rows = await lookup.rows(question(words) + f"LIMIT {most}\n")
    return [
        Thing(row["thing"], OTHER, (Name("label", row["name"], row.get("language", "")),))
        for row in rows
    ]


def question(words: Sequence[str], kind: str = "", document: str = "", place: str = "") -> str:
    """Return the query for the things with a name that contains all the words as written.

    Words hold letters and digits only. `document` and `place` are IRIs.
    """
    holds = " && ".join(f'CONTAINS(LCASE(STR(?name)), "{word}")' for word in words)
    classes = " ".join(iri_ref(class_) for class_ in KINDS.get(kind, ()))
    part_of = "|".join(iri_ref(p) for p in _PART_OF)
    return query(
        """
        SELECT DISTINCT ?thing ?name (LANG(?name) AS ?language)
        WHERE {
          VALUES ?property {
            skos:prefLabel rdfs:label skos:altLabel skos:notation dct:title foaf:name
            pg:officialName pg:officialSymbol schema:name
          }
          ?thing ?property ?name .
          FILTER(isIRI(?thing) && isLiteral(?name))
          $holds
          $kind
          $document
          $place
        }
        ORDER BY STRLEN(?name) ?name ?thing
        """,
        holds=f"FILTER({holds})" if holds else "",
        kind=f"VALUES ?class {{ {classes} }} ?thing a ?class ." if classes else "",
        document=f"?thing ({part_of})? {iri_ref(document)} ." if document else "",
        place=f"?thing ({part_of})?/dct:spatial {iri_ref(place)} ." if place else "",
    )

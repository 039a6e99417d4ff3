"""What stands around a thing: the things that it is linked to, by property and direction.

A statement that follows from another one is left out: `pg:hasPillar` says what `pg:pillarOf` says.
Where the release has a short cut past a node in between, such as `pg:hasStakeholder` past a
participation, the short cut is shown, and the node stands in the family `other`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from policygraph.namespaces import DCT, ELI, ORG, PG, RDF, SDGO, SKOS, VOCABULARIES
from policygraph.terms import Triple
from policygraph.turtle import natural
from policygraph.web.facts import Facts, Link
from policygraph.web.lookup import Lookup, Row, iri_ref
from policygraph.web.questions import query

MOST = 30
"""Things of one property and direction that are given at once."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "structure": (
        PG.principleOf, PG.pillarOf, PG.actionPointOf, PG.goalOf, PG.riskOf, PG.inPillar,
        PG.realisesPrinciple, PG.concernsInitiative, PG.aboutDocument, PG.pointsTo,
    ),
    "relations": (
        PG.implements, PG.succeeds, PG.alignedWithPolicy, PG.respondsTo, PG.cites,
        DCT.isReplacedBy, SKOS.closeMatch, SKOS.relatedMatch,
    ),
    "themes": (PG.theme, PG.instrument, DCT.subject, SKOS.broader, SKOS.related),
    "sdgs": (PG.statesSDG, PG.interpretedSDG, SDGO.isTargetOf),
    "parties": (
        DCT.publisher, DCT.creator, PG.responsibleBody, PG.hasStakeholder, DCT.audience,
        ORG.subOrganizationOf,
    ),
    "places": (DCT.spatial, DCT.hasPart, PG.forJurisdiction),
}  # fmt: skip
"""The properties that can be shown or left out together, in the order in which they are read."""

WAYS = ("out", "in")
"""Whether the thing in the middle is the subject of a statement, or its object."""

OTHER = "other"
"""The family of every other property: evidence, features, what was written by others."""

_FAMILY_OF = {by: family for family, members in FAMILIES.items() for by in members}
_ORDER = {by: place for place, by in enumerate(_FAMILY_OF)}

_IMPLIED = (
    RDF.type, PG.elementOf, PG.hasElement, PG.hasPrinciple, PG.hasPillar, PG.hasActionPoint,
    PG.hasGoal, PG.hasRisk, PG.hasTakeaway, PG.pillarAction, PG.realisedBy, PG.concernedBy,
    PG.alignsWithSDG, DCT.isPartOf, DCT.relation, DCT.references, DCT.source, SKOS.broadMatch,
    ELI.is_realized_by, ELI.is_embodied_by, ELI.jurisdiction, ELI.is_about,
)  # fmt: skip
"""What other statements say already; a kind is told beside the name of a thing."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "policy": (PG.PolicyDocument,),
    "element": (PG.Principle, PG.Pillar, PG.ActionPoint, PG.Goal, PG.Risk, PG.KeyTakeaway),
    "initiative": (PG.Initiative,),
    "party": (PG.Stakeholder, PG.StakeholderGroup),
    "sdg": (SDGO.Goal, SDGO.Target),
    "theme": (PG.PrincipleTheme, PG.InstrumentType),
    "place": (DCT.Location,),
    "document": (PG.ReferencedDocument,),
}
"""The kinds of things that a picture tells apart, and their classes; the first that fits counts."""


FactsOf = Callable[[Iterable[Triple]], Facts]
"""What reads triples in the language of a page."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing as a neighbour: its name, the kind that a picture shows, and its classes."""

    link: Link
    kind: str
    types: list[Link]


@dataclass(frozen=True, slots=True)
class Group:
    """The things that are linked by one property in one direction, from the place `start` on."""

    by: Link
    way: str
    family: str
    total: int
    start: int
    things: tuple[Thing, ...]

    @property
    def more(self) -> int:
        """Return how many things come after these."""
        return self.total - self.start - len(self.things)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A thing with what stands around it."""

    thing: Thing
    groups: tuple[Group, ...]
    counts: Mapping[str, int]
    """The links in each family that has any, also where that is not shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """One property in one direction, and the place from which its things are asked for."""

    by: str
    way: str
    start: int = 0


def family_of(by: str) -> str:
    """Return the family of a property."""
    return _FAMILY_OF.get(by, OTHER)


def shown_by_default(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the families that are shown if none is asked for: `other` where nothing else is."""
    return (*FAMILIES,) if any(family in counts for family in FAMILIES) else (*FAMILIES, OTHER)


def _links(
    iris: Sequence[str],
    shown: Collection[str],
    without: Sequence[str],
    ways: tuple[str, str] = ("", ""),
) -> str:
    """Return the pattern of all links around things; `ways` is said of links out, and of those in.

    Policies say by dct:hasPart what pg:hasElement says; groups of countries have nothing else.
    """
    things, left_out = " ".join(map(iri_ref, iris)), ", ".join(map(iri_ref, without))
    lines = [
        f"{{ VALUES ?from {{ {things} }} ?from ?by ?to{ways[0]} }}",
        "UNION",
        f"{{ VALUES ?to {{ {things} }} ?from ?by ?to{ways[1]} }}",
        "FILTER(isIRI(?from) && isIRI(?to) && ?from != ?to)",
        f"FILTER({_which(shown)})",
    ]
    if not {OTHER, "places"}.isdisjoint(shown):
        lines.append("FILTER(?by != dct:hasPart || NOT EXISTS { ?from pg:hasElement ?to })")
    if without:
        lines.append(f"FILTER(?from NOT IN ({left_out}) && ?to NOT IN ({left_out}))")
    return "WHERE {\n" + "".join(f"  {line}\n" for line in lines) + "}"


def _which(shown: Collection[str]) -> str:
    if OTHER not in shown:
        members = [by for family in FAMILIES if family in shown for by in FAMILIES[family]]
        return f"?by IN ({_listed(members)})"
    left_out = [by for family in FAMILIES if family not in shown for by in FAMILIES[family]]
    return f"?by NOT IN ({_listed([*_IMPLIED, *left_out])})"


def _listed(iris: Iterable[str]) -> str:
    return ", ".join(map(_short, iris))


def _short(iri: str) -> str:
    for prefix, namespace in VOCABULARIES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri_ref(iri)


def question(iris: Sequence[str], shown: Collection[str], without: Sequence[str] = ()) -> str:
    """Return the CONSTRUCT of all links around things, in some families, without some things."""
    return query("CONSTRUCT { ?from ?by ?to }\n" + _links(iris, shown, without))


def _counting(iri: str, without: Sequence[str]) -> str:
    ways = ' BIND("out" AS ?way)', ' BIND("in" AS ?way)'
    where = _links([iri], (*FAMILIES, OTHER), without, ways)
    return query(f"SELECT ?way ?by (COUNT(*) AS ?count)\n{where}\nGROUP BY ?way ?by")


def _listing(iri: str, parts: Sequence[Part], without: Sequence[str]) -> str:
    ref, refs = iri_ref(iri), ", ".join(map(iri_ref, without))
    unwanted = f" && ?thing NOT IN ({refs})" if refs else ""
    lists = []
    for place, part in enumerate(parts):
        by = iri_ref(part.by)
        pattern = f"{ref} {by} ?thing" if part.way == "out" else f"?thing {by} {ref}"
        whole = ""
        if part.by == DCT.hasPart:
            pair = (ref, "?thing") if part.way == "out" else ("?thing", ref)
            whole = f" FILTER NOT EXISTS {{ {pair[0]} <{PG.hasElement}> {pair[1]} }}"
        lists.append(
            f"{{ SELECT ({place} AS ?place) ?thing ?order ?last WHERE {{ {pattern}"
            f" FILTER(isIRI(?thing) && ?thing != {ref}{unwanted})"
            f" OPTIONAL {{ ?thing <{PG.order}> ?order }}{whole}"
            f" BIND(NOT EXISTS {{ ?thing a <{PG.PolicyDocument}> }} AS ?last) }}"
            f" ORDER BY ?order ?last ?thing LIMIT {MOST} OFFSET {part.start} }}"
        )
    return "SELECT ?place ?thing ?order ?last WHERE { " + " UNION ".join(lists) + " }"


async def linked(
    lookup: Lookup,
    iri: str,
    shown: Collection[str] | None,
    without: Sequence[str] = (),
    only: Part | None = None,
) -> tuple[list[tuple[Part, int, list[str]]], dict[str, int]]:
    """Return what a thing is linked to, and the number of its links in each family.

    Each part comes with its total and its first things. `shown` are the families that are wanted,
    None the usual ones; with `only` it is one part, from its own place on.
    """
    rows = await lookup.rows(_counting(iri, without))
    totals = {(row["by"], row["way"]): int(row["count"]) for row in rows if "by" in row}
    counts = dict.fromkeys((*FAMILIES, OTHER), 0)
    for (by, _), total in totals.items():
        counts[family_of(by)] += total
    counts = {family: count for family, count in counts.items() if count}
    wanted = shown_by_default(counts) if shown is None else shown
    if only:
        parts = [only] if (only.by, only.way) in totals else []
    else:
        parts = [Part(by, way) for by, way in totals if family_of(by) in wanted]
    parts.sort(key=lambda part: (_ORDER.get(part.by, len(_ORDER)), part.by, part.way))
    found = await lookup.rows(_listing(iri, parts, without)) if parts else []
    things: list[list[Row]] = [[] for _ in parts]
    for row in found:
        things[int(row["place"])].append(row)
    for rows in things:
        rows.sort(key=_placed)
    return [
        (part, totals[part.by, part.way], [row["thing"] for row in rows])
        for part, rows in zip(parts, things, strict=True)
    ], counts


def _placed(row: Row) -> tuple[bool, int, bool, tuple[tuple[int, int, str], ...]]:
    """Return what sorts things: by their number in a document, else documents before the rest."""
    order = row.get("order", "")
    known = order.isascii() and order.isdigit()
    return known, int(order) if known else 0, row["last"] == "true", natural(row["thing"])


async def neighbourhoods(
    lookup: Lookup,
    facts_of: FactsOf,
    iris: Sequence[str],
    shown: Collection[str] | None,
    without: Sequence[str] = (),
    only: Part | None = None,
) -> list[Neighbourhood]:
    """Return what stands around each of some things; the first decides what is usual."""
    first = await linked(lookup, iris[0], shown, without, only)
    families = shown_by_default(first[1]) if shown is None else shown
    others = [linked(lookup, iri, families, without) for iri in iris[1:]]
    found = [first, *await asyncio.gather(*others)]
    mentioned = {iri for parts, _ in found for part, _, of in parts for iri in (part.by, *of)}
    names = await lookup.names(mentioned | set(iris))
    classes = {term.value for _, by, term in names if by.value == RDF.type}
    facts = facts_of([*names, *await lookup.names(classes)])
    return [
        Neighbourhood(
            thing=_thing(facts, iri),
            groups=tuple(
                Group(
                    by=facts.link(part.by),
                    way=part.way,
                    family=family_of(part.by),
                    total=total,
                    start=part.start,
                    things=tuple(_thing(facts, thing) for thing in of),
                )
                for part, total, of in parts
            ),
            counts=counts,
        )
        for iri, (parts, counts) in zip(iris, found, strict=True)
    ]


def _thing(facts: Facts, iri: str) -> Thing:
    types = set(facts.iris(iri, RDF.type))
    fitting = (kind for kind, classes in KINDS.items() if not types.isdisjoint(classes))
    return Thing(facts.link(iri), next(fitting, OTHER), facts.kinds(iri))

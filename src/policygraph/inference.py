"""What the release adds so that no client has to reason: the graph `inferred`.

Every function takes triples and yields the ones that follow; `infer` puts them together. Rules
about terms come from the ontology's own axioms, so terms of another portal's ontology are treated
alike.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policygraph.namespaces import (
    CV,
    DCAT,
    DCT,
    ELI,
    OWL,
    PG,
    RDF,
    RDFS,
    SKOS,
    XSD,
)
from policygraph.terms import Literal, NamedNode, Node, Term, Triple
from policygraph.turtle import LANGUAGES, natural

_TYPE = NamedNode(RDF.type)


class _Index:
    """Triples by predicate and subject."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = frozenset(triples)
        self._by: dict[tuple[str, Node], list[Term]] = defaultdict(list)
        self._pairs: dict[str, list[tuple[Node, Term]]] = defaultdict(list)
        for subject, predicate, term in self.triples:
            self._by[predicate.value, subject].append(term)
            self._pairs[predicate.value].append((subject, term))

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        if isinstance(subject, Literal):
            return []
        return self._by.get((predicate, subject), [])

    def pairs(self, predicate: str) -> list[tuple[Node, Term]]:
        return self._pairs.get(predicate, [])


def infer(data: Iterable[Triple], ontology: Iterable[Triple], base: str) -> set[Triple]:
    """Return the triples that follow from `data` under `ontology` and are not in `data`.

    `base` is the portal's base IRI, below which it names the role "responsible".
    """
    stated = _Index(data)
    axioms = _Index(ontology)
    added = {
        *short_cuts(stated, base),
        *sdg_links(stated),
        *eli_twins(stated),
        *dates(stated),
        *labels(stated),
    }
    everything = _Index(stated.triples | added)
    added |= {*properties(everything, axioms), *classes(everything, axioms)}
    return added - stated.triples


def short_cuts(data: _Index, base: str) -> Iterator[Triple]:
    """Yield pg:hasStakeholder, and pg:responsibleBody where the role says so."""
    responsible = NamedNode(base + "id/role/responsible")
    for thing, participation in data.pairs(CV.hasParticipation):
        roles = data.objects(participation, CV.role)
        for participant in data.objects(participation, CV.hasParticipant):
            yield thing, NamedNode(PG.hasStakeholder), participant
            if responsible in roles:
                yield thing, NamedNode(PG.responsibleBody), participant


def sdg_links(data: _Index) -> Iterator[Triple]:
    """Yield pg:statesSDG or pg:interpretedSDG, as the basis of an alignment says."""
    stated = NamedNode(PG.StatedInSource)
    for alignment, thing in data.pairs(PG.alignmentOf):
        bases = data.objects(alignment, PG.basis)
        link = PG.statesSDG if stated in bases else PG.interpretedSDG
        for goal in data.objects(alignment, PG.goal):
            if isinstance(thing, NamedNode):
                yield thing, NamedNode(link), goal


def eli_twins(data: _Index) -> Iterator[Triple]:
    """Yield the ELI properties that readers of ELI look for beside the Dublin Core ones."""
    twins = ((DCT.spatial, ELI.jurisdiction), (DCT.subject, ELI.is_about))
    for document, kind in data.pairs(RDF.type):
        if kind == NamedNode(PG.PolicyDocument):
            for ours, theirs in twins:
                for term in data.objects(document, ours):
                    yield document, NamedNode(theirs), term


def labels(data: _Index) -> Iterator[Triple]:
    """Yield rdfs:label: the preferred labels, else the titles, else one put together of parts.

    A participation is named by who and role, an SDG link by goal and thing, a statement by its
    three parts.
    """
    for subject, kind in data.pairs(RDF.type):
        if data.objects(subject, RDFS.label):
            continue
        names = data.objects(subject, SKOS.prefLabel) or data.objects(subject, DCT.title)
        if not names and isinstance(kind, NamedNode) and kind.value in _NAMED_BY_PARTS:
            names = list(_names_by_parts(data, subject, *_NAMED_BY_PARTS[kind.value]))
        for name in names:
            yield subject, NamedNode(RDFS.label), name


_NAMED_BY_PARTS: dict[str, tuple[str, ...]] = {
    CV.Participation: (CV.hasParticipant, CV.role),
    PG.SDGAlignment: (PG.goal, PG.alignmentOf),
    RDF.Statement: (RDF.subject, RDF.predicate, RDF.object),
}
"""Classes whose members have no label of their own, with the way to their parts."""


def _names_by_parts(data: _Index, thing: Node, *parts: str) -> Iterator[Literal]:
    """Yield a label in each language in which every part has one."""
    named = []
    for part in parts:
        names: dict[str, list[str]] = defaultdict(list)
        for value in sorted(data.objects(thing, part), key=lambda term: natural(term.value)):
            for name in _names(data, value):
                for language in [name.language] if name.language else LANGUAGES:
                    names[language].append(name.value)
        named.append({language: ", ".join(texts) for language, texts in names.items()})
    for language in sorted(set.intersection(*(set(names) for names in named))):
        yield Literal(": ".join(names[language] for names in named), language=language)


def _names(data: _Index, value: Term) -> list[Literal]:
    """Return what a value is called; what has no label is called by its own text."""
    labels = data.objects(value, SKOS.prefLabel) or data.objects(value, RDFS.label)
    found = [label for label in labels if isinstance(label, Literal)]
    return found or [Literal(value.value)]


def dates(data: _Index) -> Iterator[Triple]:
    """Yield pg:earliest and pg:latest (xsd:date) for everything with a date or a period.

    A year or a month stands for all its days. A period counts before a date of publication, that
    before the date on which a status was seen.
    """
    spans: dict[Node, tuple[str | None, str | None]] = {}
    for predicate in (PG.statusDate, DCT.date, DCT.created, DCT.issued):
        for subject, date in data.pairs(predicate):
            spans[subject] = days(date) or (None, None)
    for period, kind in data.pairs(RDF.type):
        if kind == NamedNode(DCT.PeriodOfTime):
            starts = [days(date) for date in data.objects(period, DCAT.startDate)]
            ends = [days(date) for date in data.objects(period, DCAT.endDate)]
            spans[period] = (
                min((span[0] for span in starts if span), default=None),
                max((span[1] for span in ends if span), default=None),
            )
    for subject, when in data.pairs(DCT.temporal):
        if isinstance(when, NamedNode) and when in spans:
            spans[subject] = spans[when]
    for subject, span in spans.items():
        for predicate, day in zip((PG.earliest, PG.latest), span, strict=True):
            if day:
                literal = Literal(day, datatype=NamedNode(XSD.date))
                yield subject, NamedNode(predicate), literal


def days(date: Term) -> tuple[str, str] | None:
    """Return the first and the last day of a date, month or year, as "YYYY-MM-DD".

    None for anything else.
    """
    match _parts(date):
        case [year]:
            return f"{year}-01-01", f"{year}-12-31"
        case [year, month]:
            last = calendar.monthrange(int(year), int(month))[1]
            return f"{year}-{month}-01", f"{year}-{month}-{last:02}"
        case [year, month, day]:
            return f"{year}-{month}-{day}", f"{year}-{month}-{day}"
    return None


def _parts(date: Term) -> list[str]:
    kinds = {XSD.gYear: 1, XSD.gYearMonth: 2, XSD.date: 3}
    if not isinstance(date, Literal) or date.datatype.value not in kinds:
        return []
    parts = date.value.split("-")
    whole = len(parts) == kinds[date.datatype.value] and all(map(str.isdigit, parts))
    return parts if whole and len(parts[0]) == 4 else []


def properties(data: _Index, axioms: _Index) -> Iterator[Triple]:
    """Yield what follows from rdfs:subPropertyOf and owl:inverseOf."""
    reached = _reachable(axioms)
    for subject, predicate, term in data.triples:
        for other, flipped in reached.get(predicate.value, ()):
            if not flipped:
                yield subject, NamedNode(other), term
            elif not isinstance(term, Literal):
                yield term, NamedNode(other), subject


def _reachable(axioms: _Index) -> dict[str, set[tuple[str, bool]]]:
    """Return, for each property, those that it implies, each with whether the sides change."""
    steps: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for narrow, broad in axioms.pairs(RDFS.subPropertyOf):
        steps[narrow.value].add((broad.value, False))
    for one, other in axioms.pairs(OWL.inverseOf):
        steps[one.value].add((other.value, True))
        steps[other.value].add((one.value, True))
    return {start: _closure(start, steps) - {(start, False)} for start in list(steps)}


def _closure(start: str, steps: Mapping[str, set[tuple[str, bool]]]) -> set[tuple[str, bool]]:
    found: set[tuple[str, bool]] = set()
    waiting: list[tuple[str, bool]] = [(start, False)]
    while waiting:
        name, flipped = waiting.pop()
        for other, turns in steps.get(name, ()):
            step = (other, flipped != turns)
            if step not in found:
                found.add(step)
                waiting.append(step)
    return found


def classes(data: _Index, axioms: _Index) -> Iterator[Triple]:
    """Yield the super-classes of every type."""
    parents: dict[Term, list[Term]] = defaultdict(list)
    for narrow, broad in axioms.pairs(RDFS.subClassOf):
        parents[narrow].append(broad)
    for subject, kind in data.pairs(RDF.type):
        for parent in _ancestors(kind, parents):
            yield subject, _TYPE, parent


def _ancestors(kind: Term, parents: Mapping[Term, Sequence[Term]]) -> set[Term]:
    found: set[Term] = set()
    waiting = [kind]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found

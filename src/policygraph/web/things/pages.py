"""The pages of things: a policy with its structure, and one page for everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from policygraph.namespaces import DCT, ELI, FOAF, ORG, PG, RDF, RDFS, SKOS
from policygraph.terms import Triple
from policygraph.web import questions
from policygraph.web.citation import Citation, cite
from policygraph.web.comparison.selection import Selection, key
from policygraph.web.drawing import bars, network
from policygraph.web.facts import Facts, Link, Value, goal_number, mentioned, node_key
from policygraph.web.serialise import embedded_jsonld
from policygraph.web.site import PageMaker, address_of
from policygraph.web.things import elements, uses
from policygraph.web.things.elements import read_part
from policygraph.web.things.policies import read_policy

if TYPE_CHECKING:
    from policygraph.web.things.resources import Description

FIRST = (RDF.type, SKOS.definition, DCT.description, RDFS.comment, PG.officialName)
"""Properties that a page shows first; the others follow by label."""

TOLD = (
    PG.officialName, DCT.title, SKOS.altLabel, DCT.publisher, DCT.creator, DCT.issued, DCT.language,
    ORG.subOrganizationOf, PG.instrument, SKOS.broader, FOAF.homepage, FOAF.page, SKOS.scopeNote,
    SKOS.example, SKOS.editorialNote,
)  # fmt: skip
"""What a reader is told of a thing that has sections, in this order; the rest is folded."""

_REMARKS = frozenset({SKOS.scopeNote, SKOS.example, SKOS.editorialNote})
_HIDDEN = frozenset({SKOS.prefLabel, RDFS.label})
_LEAD = frozenset({SKOS.definition, DCT.description})


@dataclass(frozen=True, slots=True)
class Row:
    """One property of a thing with all its values."""

    property: Link
    values: list[Link | Value]


@dataclass(frozen=True, slots=True)
class Pointing:
    """Things that point to a thing with one property."""

    property: Link
    things: list[Link]


async def thing_page(page: PageMaker, description: Description, path: str, links: str) -> Response:
    """Return the page of a thing: a policy with its structure, anything else by its properties."""
    iri = description.iri
    facts = page.facts(description.said)
    if PG.PolicyDocument in facts.iris(iri, RDF.type) and description.page == 1:
        return await _policy_page(page, description, path, links)
    section = elements.section_of(facts, iri)
    if section and description.page == 1:
        return await _element_page(page, description, path, links, *section)
    slug = iri.removeprefix(page.site.graph(""))
    files = [
        f for name, f in sorted(page.site.release.files.items()) if name.startswith(slug + ".")
    ]
    questions_ = uses.asked(iri, facts.iris(iri, RDF.type), page.language)
    lookup = page.site.lookup(page.request)
    answers = await lookup.answers(questions_) if description.page == 1 else {}
    found = {value for rows in answers.values() for row in rows for value in row.values()}
    names = await lookup.names(description.mentioned | found)
    facts = page.facts([*description.said, *description.pointing, *names])
    sections = uses.sections(facts, iri, questions_, answers)
    rows = [row for row in _rows(facts, iri) if row.property.iri not in _LEAD]
    told = [_told(row) for p in TOLD for row in rows if row.property.iri == p]
    return page.render(
        "thing.html",
        link_header=links,
        title=facts.label(iri).value,
        iri=iri,
        label=facts.label(iri),
        types=facts.kinds(iri),
        lead=facts.text(iri, SKOS.definition, DCT.description),
        goal=goal_number(iri),
        sections=sections,
        kinds=facts.links(iri, PG.kind),
        places=facts.links(iri, DCT.spatial),
        compare=_compared(page, facts, iri),
        told=told if sections else rows,
        rows=rows if sections else [],
        nested={node: _rows(facts, node) for node in _blank_nodes(description.said, iri)},
        pointing=_pointing(facts, description.pointing),
        page_number=description.page,
        more=description.more,
        doc_path=path,
        ours=page.site.release.urls.is_ours(iri),
        citation=_citation(page, iri, facts.label(iri).value),
        graph_size=page.site.release.graphs.get(slug),
        files=files,
        embedded=embedded_jsonld(description.said, page.site.prefixes),
    )


async def _element_page(
    page: PageMaker, description: Description, path: str, links: str, section: str, policy: str
) -> Response:
    iri = description.iri
    described = [*description.said, *description.pointing]
    part, facts = await read_part(page, described, iri, section, policy)
    return page.render(
        "element.html",
        link_header=links,
        title=facts.label(iri).value,
        iri=iri,
        types=facts.kinds(iri),
        part_of_policy=part,
        rows=_rows(facts, iri),
        nested={node: _rows(facts, node) for node in _blank_nodes(description.said, iri)},
        pointing=_pointing(facts, description.pointing),
        page_number=description.page,
        more=description.more,
        doc_path=path,
        citation=_citation(page, iri, facts.label(iri).value),
        embedded=embedded_jsonld(description.said, page.site.prefixes),
    )


def _compared(page: PageMaker, facts: Facts, iri: str) -> str:
    """Return the address where the policies of a place are compared; nothing for other things."""
    if DCT.Location not in facts.iris(iri, RDF.type):
        return ""
    return Selection(place=key(page.site.release.urls, iri, "jurisdiction")).address()


def _citation(page: PageMaker, iri: str, title: str) -> Citation | None:
    """Return how to cite a thing of ours; what is somebody else's is not cited as ours."""
    release = page.site.release
    if release.data or not release.urls.is_ours(iri):
        return None
    return cite(release, address_of(page.request), page.language, iri, title)


def _rows(facts: Facts, subject: str) -> list[Row]:
    rows = []
    for predicate in facts.predicates(subject):
        if predicate in _HIDDEN or predicate == RDF.type:
            continue
        values = [facts.value(term) for term in facts.values(subject, predicate)]
        rows.append(Row(facts.link(predicate), sorted(values, key=_value_key)))
    return sorted(rows, key=_row_key)


def _told(row: Row) -> Row:
    """Return a property as a reader is told it: remarks in the language of the page if they are."""
    own = [value for value in row.values if not value.text.lang]
    return Row(row.property, own) if own and row.property.iri in _REMARKS else row


def _row_key(row: Row) -> tuple[int, str, str]:
    iri = row.property.iri
    return FIRST.index(iri) if iri in FIRST else len(FIRST), *_link_key(row.property)


def _link_key(link: Link) -> tuple[str, str]:
    """Sort by label; what has the same one by IRI, so that a page is the same each time."""
    return link.text.value.casefold(), link.iri


def _value_key(value: Link | Value) -> tuple[bool, str, str, str]:
    last = value.iri if isinstance(value, Link) else value.datatype
    return value.text.lang != "", value.text.lang, value.text.value.casefold(), last


def _blank_nodes(triples: Iterable[Triple], iri: str) -> set[str]:
    keys = {node_key(subject) for subject, _, _ in triples}
    return {key for key in keys if key.startswith("_:")} - {iri}


def _pointing(facts: Facts, triples: Iterable[Triple]) -> list[Pointing]:
    grouped: dict[str, list[str]] = {}
    for subject, predicate, _ in triples:
        grouped.setdefault(predicate.value, []).append(node_key(subject))
    groups = [
        Pointing(
            facts.link(predicate),
            sorted(map(facts.link, subjects), key=_link_key),
        )
        for predicate, subjects in grouped.items()
    ]
    return sorted(groups, key=lambda group: _link_key(group.property))


async def _policy_page(
    page: PageMaker, description: Description, path: str, links: str
) -> Response:
    lookup = page.site.lookup(page.request)
    iri = description.iri
    asked = questions.of_policy(iri, page.language)
    sections = {key: question for key, question in asked.items() if key != "identity"}
    parts, answers = await asyncio.gather(lookup.policy(iri), lookup.answers(sections))
    found = {v for key in ("relations", "initiatives") for r in answers[key] for v in r.values()}
    names = await lookup.names(description.mentioned | found | mentioned(parts))
    facts = page.facts([*description.said, *description.pointing, *parts, *names])
    policy = read_policy(facts, iri, answers)
    slug = facts.plain(iri, DCT.identifier)
    return page.render(
        "policy.html",
        link_header=links,
        title=policy.title.value,
        policy=policy,
        compare=Selection(policies=(key(page.site.release.urls, iri, "policy"),)).address(),
        questions=asked,
        label=facts.link,
        kind=facts.link(PG.PolicyDocument),
        identity=facts.links(iri, ELI.work_type)
        + facts.links(iri, DCT.spatial)
        + facts.links(iri, PG.bindingStatus),
        issued=facts.plain(iri, DCT.issued),
        levels=bars([(link.iri, count) for link, count in policy.levels], 360, 12),
        network=network(
            policy.title,
            [(r.kind.text, r.other) for r in policy.relations if not r.incoming],
            [(r.kind.text, r.other) for r in policy.relations if r.incoming],
        ),
        citation=_citation(page, iri, policy.title.value),
        doc_path=path,
        more=description.more,
        files=[
            file
            for name, file in sorted(page.site.release.files.items())
            if slug and name in (f"{slug}.ttl", f"{slug}.nt", f"{slug}.jsonld")
        ],
        embedded=embedded_jsonld(description.said, page.site.prefixes),
    )

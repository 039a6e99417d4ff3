"""The start page, and the list of all policies."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph.formats import Format
from policygraph.namespaces import DCT
from policygraph.terms import Triple
from policygraph.turtle import natural
from policygraph.web import questions
from policygraph.web.comparison.selection import BY, Selection
from policygraph.web.facts import Facts, Link, mentioned
from policygraph.web.lookup import Lookup, Row
from policygraph.web.negotiate import choose
from policygraph.web.site import VARY, endpoint_of, site_of
from policygraph.web.texts import texts
from policygraph.web.things.resources import OFFERS, about_dataset

COUNTS = ("principles", "pillars", "actions")


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy in a list, with how much it consists of."""

    link: Link
    issued: str
    places: list[Link]
    binding: Link | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, the words after it, and the query that counts it."""

    number: int
    words: str
    question: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing in an index of the start page, and in how many policies it is."""

    link: Link
    policies: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A takeaway, and the policy that it was drawn from."""

    link: Link
    policy: Link


async def start(request: Request) -> Response:
    """Return the start page: what is in here, and the ways into it.

    Its address is the dataset's IRI: who takes only RDF is led to the dataset's description.
    """
    site = site_of(request)
    if isinstance(choose(request.headers.get("accept"), OFFERS), Format):
        headers = {"Vary": VARY, "Cache-Control": "public, max-age=60"}
        return RedirectResponse(site.here("/.well-known/void"), status_code=303, headers=headers)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    counts, ways = _counts(), questions.ways_in(page.language)
    asked = questions_of(page.language)
    triples, answers = await answered(site.lookup(request), asked)
    facts = page.facts(triples)
    listed = _listed(facts, answers["list"])
    archive = site.archive
    before = await asyncio.to_thread(archive.before, site.release) if archive else None
    return page.render(
        "start.html",
        link_header=about_dataset(site),
        title="",
        figures=[
            Figure(number, texts.counted(page.language, key, number), counts[key])
            for key in counts
            if (number := _count(answers[key]))
        ],
        policies=listed,
        years=_years(listed),
        forces=_forces(listed),
        indexes={key: _index(facts, key, answers[key]) for key in ways},
        questions=asked,
        comparisons=[Selection(by=by) for by in BY],
        takeaways=_takeaways(facts, answers["takeaways"]),
        endpoint=endpoint_of(request),
        before=before,
    )


async def policies(request: Request) -> Response:
    """Return the page that lists all policies with what each consists of."""
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    question = questions.policies(page.language)
    triples, answers = await answered(site.lookup(request), {"list": question})
    listed = _listed(page.facts(triples), answers["list"])
    return page.render(
        "policies.html",
        title=page.text("policies"),
        policies=listed,
        counts=COUNTS,
        question=question,
    )


def questions_of(language: str) -> dict[str, str]:
    """Return what the start page asks in a language."""
    return {
        **_counts(),
        **questions.ways_in(language),
        "list": questions.policies(language),
        "takeaways": questions.takeaways(language),
    }


def _counts() -> dict[str, str]:
    counts = {key: questions.counting(iri) for key, iri in questions.COUNTED.items()}
    return counts | {"statements": questions.STATEMENTS}


async def answered(
    lookup: Lookup, asked: Mapping[str, str]
) -> tuple[list[Triple], dict[str, list[Row]]]:
    """Return the policies with names for everything that the answers mention, and those."""
    triples, answers = await asyncio.gather(lookup.policies(), lookup.answers(asked))
    found = {value for rows in answers.values() for row in rows for value in row.values()}
    names = await lookup.names(found | mentioned(triples))
    return [*triples, *names], answers


def _count(rows: Sequence[Row]) -> int:
    return int(rows[0]["count"]) if rows else 0


def _years(policies: Sequence[Listed]) -> list[tuple[str, list[Listed]]]:
    """Return the policies by the year in which they were issued, in the order of the list."""
    return [(year, list(own)) for year, own in groupby(policies, key=lambda p: p.issued[:4])]


def _forces(policies: Sequence[Listed]) -> list[tuple[Link, int]]:
    """Return how binding the policies are, and how many are so, the fewest first."""
    counted = Counter(p.binding for p in policies if p.binding)
    return sorted(counted.items(), key=lambda force: (force[1], force[0].iri))


def _listed(facts: Facts, rows: Sequence[Row]) -> list[Listed]:
    return [
        Listed(
            link=facts.link(row["policy"]),
            issued=row.get("issued", ""),
            places=facts.links(row["policy"], DCT.spatial),
            binding=facts.link(row["binding"]) if "binding" in row else None,
            counts={key: int(row[key]) for key in COUNTS},
        )
        for row in rows
        if "policy" in row
    ]


def _index(facts: Facts, key: str, rows: Sequence[Row]) -> list[Entry]:
    found = [Entry(facts.link(r["thing"]), int(r["policies"])) for r in rows if "thing" in r]
    # Goals are known by their numbers; everything else by how often it occurs.
    return sorted(found, key=lambda e: natural(e.link.iri)) if key == "sdgs" else found


def _takeaways(facts: Facts, rows: Sequence[Row]) -> list[tuple[Link, list[Lesson]]]:
    places: dict[str, list[Lesson]] = {}
    for row in rows:
        lesson = Lesson(facts.link(row["takeaway"]), facts.link(row["policy"]))
        if lesson not in places.setdefault(row["place"], []):
            places[row["place"]].append(lesson)
    return [(facts.link(place), lessons) for place, lessons in places.items()]

"""`/about`: what the graph is, its model, how good the data is, and how to build on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from policygraph.namespaces import PG_NS, RDFS, SKOS
from policygraph.web import questions
from policygraph.web.about.modelmap import Box, draw_model, read_model
from policygraph.web.drawing import Bar, bars
from policygraph.web.facts import Facts, Link, Text, mentioned
from policygraph.web.lookup import Row
from policygraph.web.site import PageMaker, address_of, endpoint_of, site_of

LICENCE_OF_CODE = "https://www.apache.org/licenses/LICENSE-2.0"

_NOTES = (SKOS.definition, RDFS.comment)

_SHARES = ("primary-share", "secondary-share", "uncorroborated-share")
"""The metrics of a policy that together are 1: a bar shows them."""

_ORDER = ("claims", *_SHARES, "interpretations", "completeness")
"""Metrics that a table begins with; the others follow by name."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value of the vocabulary, what it means and how often it occurs."""

    link: Link
    definition: Text
    count: int


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured; a `share` is shown as a percentage."""

    link: Link
    definition: Text
    share: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: the value in the graph, as it is shown, and the query that gives it."""

    value: str
    shown: str
    question: str


@dataclass(frozen=True, slots=True)
class Described:
    """A policy, with what was measured of its description, by metric, and its evidence as a bar."""

    link: Link
    measured: list[Measured | None]
    bar: list[Bar]


async def about(request: Request) -> Response:
    """Return the page that says what the graph is, and how to read its marks."""
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    asked = {"levels": questions.levels(), "bases": questions.bases()}
    answers = await site.lookup(request).answers(asked)
    portal = site.release.portal
    publisher = portal.publisher_name.get(page.language) or next(
        iter(portal.publisher_name.values()), ""
    )
    facts = await _described(page, answers)
    return page.render(
        "about.html",
        title=page.text("about_title"),
        questions=asked,
        levels=_meanings(facts, answers["levels"], "level", "claims"),
        bases=_meanings(facts, answers["bases"], "basis", "links"),
        publisher=publisher,
        licence=facts.link(portal.license) if portal.license else None,
        licence_of_code=LICENCE_OF_CODE,
    )


async def _described(page: PageMaker, answers: Mapping[str, Sequence[Row]]) -> Facts:
    """Return what things in answers are called, and what they mean."""
    found = {value for rows in answers.values() for row in rows for value in row.values()}
    found.add(page.site.release.portal.license)
    lookup = page.site.lookup(page.request)
    return page.facts(await lookup.names(found, *_NOTES))


def _meanings(facts: Facts, rows: Sequence[Row], name: str, count: str) -> list[Meaning]:
    return [
        Meaning(facts.link(row[name]), facts.text(row[name], *_NOTES), int(row[count]))
        for row in rows
        if name in row
    ]


async def model(request: Request) -> Response:
    """Return the page that draws the classes of the ontology and their relations."""
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    lookup = site.lookup(request)
    triples = await lookup.graph(site.graph("ontology"))
    facts = page.facts([*triples, *await lookup.names(mentioned(triples))])
    boxes = read_model(facts, PG_NS)
    drawing = draw_model(boxes) if boxes else None
    return page.render(
        "model.html",
        title=page.text("model"),
        drawing=drawing,
        classes=sorted(boxes, key=_by_name),
        short=facts.short,
    )


def _by_name(box: Box) -> tuple[bool, bool, str]:
    """Put our own classes before those of others, and several together last."""
    return box.foreign, len(box.classes) > 1, box.classes[0].text.value.casefold()


async def quality(request: Request) -> Response:
    """Return the page of how well each policy is described: a table of measurements."""
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    asked = {"quality": questions.quality(page.language), "levels": questions.levels()}
    answers = await site.lookup(request).answers(asked)
    facts = await _described(page, answers)
    metrics = _metrics(facts, answers["quality"])
    return page.render(
        "quality.html",
        title=page.text("quality"),
        questions=asked,
        metrics=metrics,
        policies=_table(facts, answers["quality"], metrics),
        levels=_meanings(facts, answers["levels"], "level", "claims"),
    )


def _metrics(facts: Facts, rows: Sequence[Row]) -> list[Metric]:
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(row["metric"], []).append(row["value"])

    def place(iri: str) -> tuple[int, str]:
        slug = _slug(iri)
        return _ORDER.index(slug) if slug in _ORDER else len(_ORDER), slug

    return [
        Metric(facts.link(iri), facts.text(iri, *_NOTES), _is_share(iri))
        for iri in sorted(values, key=place)
    ]


def _slug(iri: str) -> str:
    return iri.rpartition("/")[2]


def _is_share(metric: str) -> bool:
    return metric.endswith(("-share", "/completeness"))


def _table(facts: Facts, rows: Sequence[Row], metrics: Sequence[Metric]) -> list[Described]:
    values: dict[str, dict[str, str]] = {}
    for row in rows:
        values.setdefault(row["policy"], {})[row["metric"]] = row["value"]
    described = []
    for policy, own in values.items():
        found = [_measured(policy, metric, own.get(metric.link.iri)) for metric in metrics]
        shares = {_slug(iri): round(float(value) * 1000) for iri, value in own.items()
                  if _slug(iri) in _SHARES}  # fmt: skip
        bar = bars([(slug, shares.get(slug, 0)) for slug in _SHARES], 120, 12)
        described.append(Described(facts.link(policy), found, bar))
    return described


def _measured(policy: str, metric: Metric, value: str | None) -> Measured | None:
    if value is None:
        return None
    shown = f"{float(value) * 100:.0f}" if metric.share else value
    return Measured(value, shown, questions.measured(policy, metric.link.iri))


async def data(request: Request) -> Response:
    """Return the page of the ways to build on the graph, with commands that work as they stand."""
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    return page.render(
        "access.html",
        title=page.text("access"),
        endpoint=endpoint_of(request),
        address=address_of(request),
        seconds=f"{site.limits.query_seconds:g}",
        allowed=site.limits.service_allow,
        whole="policygraph.nq.gz" if "policygraph.nq.gz" in site.release.files else "",
    )

"""`/compare`: matrices of policies, policies side by side; each as a page, as CSV, as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph.errors import BrokenInput, NotFound, PolicygraphError
from policygraph.namespaces import DCT, ELI, PG
from policygraph.web.comparison import comparisons
from policygraph.web.comparison.matrix import Cell, Listing, Matrix, read_listing, read_matrix
from policygraph.web.comparison.picture import Band, Chart, draw
from policygraph.web.comparison.selection import (
    BASES,
    BY,
    LEVELS,
    MOST,
    SIDE_BY_SIDE,
    STANDINGS,
    Selection,
    key,
    read,
    thing,
)
from policygraph.web.comparison.sidebyside import SideBySide, read_side_by_side
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.facts import Facts, Link, goal_number
from policygraph.web.lookup import Row
from policygraph.web.negotiate import HTML, PROBLEM, choose
from policygraph.web.site import VARY, PageMaker, address_of, site_of


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen, by the name that addresses use for it."""

    link: Link
    key: str
    policies: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from."""

    policies: list[Choice]
    places: list[Choice]
    kinds: list[Choice]
    years: list[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A state with everything that its page, its table and its picture show."""

    chosen: Selection
    facts: Facts
    questions: dict[str, str]
    choices: Choices
    matrix: Matrix | None = None
    listing: Listing | None = None
    side_by_side: SideBySide | None = None


class NoSuchChoice(NotFound):
    """A policy, a place or a kind of document that is not in the graph."""


class TooMany(BrokenInput):
    """More policies than can stand side by side."""


async def page(request: Request) -> Response:
    """Return the page of a state, at the one address that it has."""
    site = site_of(request)
    maker = site.page(request)
    known = maker.known()
    if known:
        return known
    asked = [(n, v) for n, v in request.query_params.multi_items() if n != "lang"]
    try:
        chosen = read(asked)
        if chosen.pairs() != asked:
            headers = {"Vary": VARY, "Cache-Control": "public, max-age=60"}
            return RedirectResponse(maker.link(chosen.address()), 302, headers)
        found = await _compare(maker, chosen)
    except (TooMany, NoSuchChoice) as error:
        if choose(request.headers.get("accept"), (PROBLEM, HTML)) is not HTML:
            raise
        return await _choose_again(maker, read(asked), error)
    title = _title(maker, found)
    template = "side-by-side.html" if found.side_by_side else "compare.html"
    return maker.render(
        template,
        title=title,
        heading=title,
        chosen=found.chosen,
        questions=found.questions,
        choices=found.choices,
        matrix=found.matrix,
        listing=found.listing,
        sides=found.side_by_side,
        said=_said(maker, found),
        by_choices=BY,
        filters={"level": LEVELS, **_telling(found.chosen)},
        most=MOST,
        terms=_terms(maker, found.chosen.by),
        side_terms={by: _terms(maker, by) for by in BY},
    )


async def table(request: Request) -> Response:
    """Return the table of a state as CSV (RFC 4180)."""
    maker, chosen, tag = _state(request)
    known = not_modified(request, tag, VARY)
    if known:
        return known
    found = await _compare(maker, chosen)
    t = maker.text
    rows: list[list[str]] = []
    if found.matrix:
        words = [t("address"), t("document"), t("issued"), t("compare_total")]
        rows = found.matrix.table(words)
    if found.listing:
        telling = t("compare_basis") if chosen.by == "sdg" else t("compare_standing")
        words = [t("document"), t("issued"), t("compare_number"), t("compare_name"), telling,
                 t("evidence"), t("why"), t("address")]  # fmt: skip
        rows = found.listing.table(words)
    if found.side_by_side:
        words = [t("compare_section"), t("compare_name"), t("address")]
        keys = ("policies", "figures", "principles", "pillars", "actions", "goals", "risks")
        sections = {key_: t(key_) for key_ in keys if key_ != "figures"}
        sections |= {key_: t(f"side_{key_}") for key_ in _SECTIONS}
        nameless = dict.fromkeys(("themes", "instruments", "sdgs"), t("side_no_theme"))
        rows = found.side_by_side.table(words, sections, nameless | {"involved": t("involved")})
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    headers = cache_headers(tag, VARY) | {
        "Content-Language": maker.language,
        "Content-Disposition": f'attachment; filename="{_file_name(chosen)}.csv"',
    }
    return Response(out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


_SECTIONS = ("identity", "figures", "themes", "instruments", "sdgs", "involved", "close")


async def picture(request: Request) -> Response:
    """Return the picture of a state as SVG, with everything that it needs in it."""
    maker, chosen, tag = _state(request)
    known = not_modified(request, tag, VARY)
    if known:
        return known
    found = await _compare(maker, chosen)
    chart = _chart(maker, found)
    drawn = maker.site.templates.get_template("picture.svg").render(
        p=draw(chart), lang=maker.language, description=" ".join([chart.note, *chart.source])
    )
    headers = cache_headers(tag, VARY) | {"Content-Language": maker.language}
    return Response(drawn, headers=headers, media_type="image/svg+xml")


def _state(request: Request) -> tuple[PageMaker, Selection, str]:
    """Return what renders, the state that is asked for, and the entity tag of its answer."""
    maker = site_of(request).page(request)
    asked = [(n, v) for n, v in request.query_params.multi_items() if n != "lang"]
    return maker, read(asked), maker.tag


def _file_name(chosen: Selection) -> str:
    if chosen.side_by_side:
        return "policies-side-by-side"
    return f"policies-by-{chosen.by}" + ("-list" if chosen.listing else "")


async def _compare(maker: PageMaker, chosen: Selection) -> Comparison:
    """Return a state with its answers; raises for what is not in the graph, and for too many."""
    site = maker.site
    urls, language = site.release.urls, maker.language
    lookup = site.lookup(maker.request)
    if len(chosen.policies) > MOST and not chosen.listing:
        raise TooMany(
            f"{len(chosen.policies)} policies are chosen; at most {MOST} stand side by side."
        )
    rows = await lookup.rows(comparisons.CHOICES)
    _check(maker, chosen, rows)
    policies = [thing(urls, name, "policy") for name in chosen.policies]
    if chosen.side_by_side:
        asked = comparisons.side_by_side(policies, language)
    elif chosen.listing:
        asked = {"list": comparisons.listing(chosen, urls, language)}
    else:
        asked = comparisons.matrix(chosen, urls, language)
    answers = await lookup.answers(asked)
    mentioned = {v for own in (rows, *answers.values()) for row in own for v in row.values()}
    mentioned |= {thing(urls, chosen.on, chosen.by)} if chosen.on else set()
    facts = maker.facts(await lookup.names(mentioned | _TERMS))
    return Comparison(
        chosen,
        facts,
        asked,
        _choices(maker, facts, rows),
        matrix=read_matrix(facts, urls, chosen, answers) if "cells" in answers else None,
        listing=read_listing(facts, chosen, answers["list"]) if "list" in answers else None,
        side_by_side=read_side_by_side(facts, urls, policies, answers)
        if chosen.side_by_side
        else None,
    )


_TERMS = {
    PG.Listed, PG.InText, PG.StatedInSource, PG.CuratorInterpretation,
    PG.PrimarySource, PG.SecondarySource, PG.Uncorroborated, DCT.issued, DCT.spatial, ELI.work_type,
}  # fmt: skip


def _check(maker: PageMaker, chosen: Selection, rows: Sequence[Row]) -> None:
    """Raise NoSuchChoice for a policy, a place or a kind that no policy of the graph has."""
    urls = maker.site.release.urls
    known = {value for row in rows for value in row.values()}
    wanted = [(name, "policy") for name in (*chosen.policies, chosen.of) if name]
    wanted += [(chosen.place, "jurisdiction")] if chosen.place else []
    wanted += [(chosen.kind, "kind")] if chosen.kind else []
    for name, folder in wanted:
        if thing(urls, name, folder) not in known:
            what = {"policy": "policy", "jurisdiction": "place", "kind": "kind of document"}[folder]
            raise NoSuchChoice(f"There is no {what} {name[:120]!r} among the policies.")


def _choices(maker: PageMaker, facts: Facts, rows: Sequence[Row]) -> Choices:
    urls = maker.site.release.urls

    def of(property_: str, folder: str) -> list[Choice]:
        counts: dict[str, set[str]] = {}
        for row in rows:
            if row.get("property") == property_:
                counts.setdefault(row["value"], set()).add(row["policy"])
        found = [
            Choice(facts.link(iri), key(urls, iri, folder), len(policies))
            for iri, policies in counts.items()
        ]
        return sorted(found, key=lambda choice: choice.link.text.value.casefold())

    policies = [
        Choice(facts.link(iri), key(urls, iri, "policy"), 1)
        for iri in dict.fromkeys(row["policy"] for row in rows)
    ]
    return Choices(
        sorted(policies, key=lambda choice: choice.link.text.value.casefold()),
        of(DCT.spatial, "jurisdiction"),
        of(ELI.work_type, "kind"),
        sorted({row["value"][:4] for row in rows if row.get("property") == DCT.issued}),
    )


async def _choose_again(maker: PageMaker, chosen: Selection, error: PolicygraphError) -> Response:
    """Return the page that says what cannot be compared, and offers what can."""
    rows = await maker.site.lookup(maker.request).rows(comparisons.CHOICES)
    facts = maker.facts(
        await maker.site.lookup(maker.request).names({row["policy"] for row in rows})
    )
    choices = _choices(maker, facts, rows)
    return maker.render(
        "compare-again.html",
        error.status,
        {"Cache-Control": "no-store", "Vary": VARY},
        title=maker.text("compare"),
        too_many=isinstance(error, TooMany),
        detail=str(error),
        known=[choice for choice in choices.policies if choice.key in chosen.policies],
        unknown=[
            name
            for name in chosen.policies
            if name not in {choice.key for choice in choices.policies}
        ],
        most=MOST,
        least=SIDE_BY_SIDE[0],
    )


def _telling(chosen: Selection) -> dict[str, Sequence[str]]:
    return {"basis": BASES} if chosen.by == "sdg" else {"standing": STANDINGS}


def _counted_key(chosen: Selection) -> str:
    return {"theme": "principles", "sdg": "alignments", "instrument": "actions"}[chosen.by]


def _terms(maker: PageMaker, by: str) -> dict[str, str]:
    """Return what a solid mark and a hatched one mean."""
    solid, hatched = ("stated", "interpreted") if by == "sdg" else ("listed", "in-text")
    return {
        "solid": maker.text(f"compare_is_{solid}"),
        "hatched": maker.text(f"compare_is_{hatched}"),
    }


def _title(maker: PageMaker, found: Comparison) -> str:
    chosen = found.chosen
    if found.side_by_side:
        return maker.text("side_title")
    named = maker.text(f"compare_by_{chosen.by}")
    if not found.listing:
        return named
    urls = maker.site.release.urls
    on, of = thing(urls, chosen.on, chosen.by), thing(urls, chosen.of, "policy")
    parts = [f"{goal_number(on)} {found.facts.label(on).value}".strip()] if chosen.on else []
    parts += [found.facts.label(of).value] if chosen.of else []
    return ": ".join(parts)


def _said(maker: PageMaker, found: Comparison) -> list[str]:
    """Return what narrows a state, in words."""
    chosen, urls = found.chosen, maker.site.release.urls
    said = []
    if chosen.place:
        said.append(found.facts.label(thing(urls, chosen.place, "jurisdiction")).value)
    if chosen.kind:
        said.append(found.facts.label(thing(urls, chosen.kind, "kind")).value)
    if chosen.since or chosen.until:
        said.append(f"{chosen.since}\u2013{chosen.until}")
    said += [
        maker.text(f"compare_is_{value}")
        for value in (chosen.level, chosen.basis, chosen.standing)
        if value
    ]
    return said


def _chart(maker: PageMaker, found: Comparison) -> Chart:
    chosen, t = found.chosen, maker.text
    terms = _terms(maker, chosen.by)
    solid, hatched = terms["solid"], terms["hatched"]
    columns: list[str] = []
    bands: list[Band] = []
    if found.matrix:
        columns = [column.name for column in found.matrix.columns]
        bands = [
            Band(
                "",
                [(line.link.text.value, line.cells, line.count) for line in found.matrix.lines],
            )
        ]
    if found.listing:
        columns = [t(_counted_key(chosen)) if chosen.by != "sdg" else t("sdgs")]
        bands = [
            Band(
                policy.text.value,
                [
                    (f"{c.number} {c.link.text.value}".strip(), [Cell(1, int(c.hatched))], None)
                    for c in things
                ],
            )
            for policy, _, things in found.listing.policies
        ]
    if found.side_by_side:
        columns = [link.text.value for link, _ in found.side_by_side.policies]
        bands = [
            Band(
                t(f"side_{name}"),
                [(row.name or t("side_no_theme"), row.cells, None) for row in rows],
            )
            for name, rows in found.side_by_side.rows.items()
            if rows and name != "involved"
        ]
        solid, hatched = t("side_solid"), t("side_hatched")
    release = maker.site.release
    said = _said(maker, found)
    return Chart(
        title=_title(maker, found),
        note=t("compare_figures") + (f" {'; '.join(said)}." if said else ""),
        columns=columns,
        bands=bands,
        solid=solid,
        hatched=hatched,
        total=t("compare_total"),
        source=(
            f"{address_of(maker.request)}{chosen.address()}",
            f"policygraph {release.portal.version}, {release.portal.date} \u00b7 "
            f"{release.portal.license}",
        ),
    )

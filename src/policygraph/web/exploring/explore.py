"""`/explore`: the neighbourhood of any thing, grown step by step, as a page and as JSON.

The address holds the whole state: the thing in the middle, those that were grown, the families of
properties that are shown, and what was taken away. So it can be shared, and reads the same again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph.errors import BrokenInput, Gone, NotFound
from policygraph.namespaces import PG, RDF, SDGO
from policygraph.turtle import natural
from policygraph.web import questions
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.exploring import neighbourhood
from policygraph.web.exploring.neighbourhood import FAMILIES, OTHER, Neighbourhood, Part, Thing
from policygraph.web.facts import Link
from policygraph.web.lookup import iri_ref
from policygraph.web.negotiate import HTML, Page, pick
from policygraph.web.search.search import LONGEST, MOST_SIZE, Result, find, read
from policygraph.web.site import VARY, PageMaker, Site, site_of

JSON = Page("json", "application/json")
MOST_GROWN = 24
"""Things whose neighbours one page shows."""
MOST_WITHOUT = 200
MAX_START = 1_000_000

_BEGINNINGS = {
    "policies": PG.PolicyDocument,
    "themes": PG.PrincipleTheme,
    "instruments": PG.InstrumentType,
    "sdgs": SDGO.Goal,
}


@dataclass(frozen=True, slots=True)
class State:
    """What an address asks to be shown."""

    iri: str
    grown: tuple[str, ...] = ()
    shown: tuple[str, ...] | None = None
    """Families of properties, None for the usual ones."""
    without: tuple[str, ...] = ()
    only: Part | None = None

    @property
    def centres(self) -> tuple[str, ...]:
        """Return the things whose neighbours are shown, each once."""
        return tuple(dict.fromkeys((self.iri, *self.grown)))

    def address(
        self,
        iri: str | None = None,
        grow: str | None = None,
        collapse: str | None = None,
        part: Part | None = None,
    ) -> str:
        """Return the address of this state, or of the next one if something is changed in it."""
        grown = [] if part else [g for g in self.grown if g not in (collapse, iri or self.iri)]
        if grow and grow not in self.centres:
            grown.append(grow)
        asked = [("iri", iri or self.iri)]
        asked += [("grown", one) for one in grown]
        asked += [("show", family) for family in self.shown or ()]
        asked += [("without", one) for one in self.without if one not in (iri, grow)]
        if part:
            asked += [("by", part.by), ("way", part.way), ("start", str(part.start))]
        return "/explore?" + urlencode(asked)


async def explore(request: Request) -> Response:
    """Return the neighbourhood of a thing, as a page or as JSON; without a thing where to begin."""
    site = site_of(request)
    asked = request.path_params.get("suffix") or request.query_params.get("format")
    named = asked and asked.strip().lower() == JSON.name
    chosen = JSON if named else pick(request.headers.get("accept"), asked, (HTML, JSON))
    page = site.page(request)
    iri = request.query_params.get("iri", "").strip()
    if chosen is JSON:
        return await _machine(
            request, page, _state(request, iri), "Accept-Language" if asked else VARY
        )
    if known := page.known():
        return known
    words = " ".join(request.query_params.get("q", "").split())
    if not iri and words and await _is_thing(request, site, words):
        target = page.link("/explore?" + urlencode({"iri": words}))
        return RedirectResponse(target, 303, {"Cache-Control": "no-cache", "Vary": VARY})
    if not iri:
        return await _beginning(page, words)
    state = _state(request, iri)
    if not await _stands(request, site, iri):
        return await _beginning(page, missing=iri)
    return await _page(page, state)


async def _page(page: PageMaker, state: State) -> Response:
    found = await _neighbourhoods(page, state)
    first = found[0]
    shown = state.shown or neighbourhood.shown_by_default(first.counts)
    counts = {f: sum(n.counts.get(f, 0) for n in found) for f in (*FAMILIES, OTHER)}
    return page.render(
        "explore.html",
        title=f"{page.text('explore')}: {first.thing.link.text.value}",
        state=state,
        found=found,
        families={family: count for family, count in counts.items() if count},
        shown=shown,
        question=neighbourhood.question(state.centres, shown, state.without),
        questions={
            n.thing.link.iri: neighbourhood.question([n.thing.link.iri], shown, state.without)
            for n in found
        },
        part_of=Part,
        limit=neighbourhood.MOST,
        most_grown=MOST_GROWN,
        full=len(state.grown) >= MOST_GROWN,
        language_asked=page.remembered,
    )


async def _machine(request: Request, page: PageMaker, state: State, vary: str) -> Response:
    site = page.site
    tag = site.tag("explore", page.language, request.scope["query_string"])
    known = not_modified(request, tag, vary) or site.pages.find(tag)
    if known:
        return known
    if not await _stands(request, site, state.iri):
        raise NotFound(f"Nothing is said about {state.iri}.")
    found = await _neighbourhoods(page, state)
    shown = state.shown or neighbourhood.shown_by_default(found[0].counts)
    value = {
        "shown": shown,
        "limit": neighbourhood.MOST,
        "query": neighbourhood.question(state.centres, shown, state.without),
        "neighbourhoods": [_as_json(page, one) for one in found],
    }
    headers = cache_headers(tag, vary) | {"Content-Language": page.language}
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    answer = Response(text, headers=headers, media_type=JSON.media_type)
    site.pages.keep(tag, answer)
    return answer


async def _neighbourhoods(page: PageMaker, state: State) -> list[Neighbourhood]:
    return await neighbourhood.neighbourhoods(
        page.site.lookup(page.request),
        page.facts,
        state.centres,
        state.shown,
        state.without,
        state.only,
    )


async def _beginning(page: PageMaker, words: str = "", missing: str = "") -> Response:
    """Return the page on which a thing is picked; status 404 if `missing` is unknown here."""
    lookup = page.site.lookup(page.request)
    asked = {key: questions.of_class(class_, page.language) for key, class_ in _BEGINNINGS.items()}
    answers = await lookup.answers(asked)
    things = {
        key: list(dict.fromkeys(row["thing"] for row in rows if "thing" in row))
        for key, rows in answers.items()
    }
    names = await lookup.names({iri for iris in things.values() for iri in iris})
    classes = {term.value for _, by, term in names if by.value == RDF.type}
    facts = page.facts([*names, *await lookup.names(classes)])
    things["sdgs"].sort(key=natural)
    lists: dict[str, list[Link]] = {
        key: [facts.link(iri) for iri in iris] for key, iris in things.items()
    }
    return page.render(
        "explore-start.html",
        404 if missing else 200,
        {"Cache-Control": "no-store", "Vary": VARY} if missing else None,
        title=page.text("explore"),
        words=words,
        missing=missing,
        found=await _named(page, words) if words else [],
        lists={key: links for key, links in lists.items() if links},
        address=lambda iri: "/explore?" + urlencode({"iri": iri}),
        language_asked=page.remembered,
    )


async def _named(page: PageMaker, words: str) -> list[Result]:
    """Return the things that words may mean, best first, as search finds them."""
    return (await find(page, read({"q": words[:LONGEST], "size": str(MOST_SIZE)}))).results


def _state(request: Request, iri: str) -> State:
    """Return what the address asks for; raises BrokenInput for what it cannot."""
    if not iri:
        raise BrokenInput("iri names the thing whose neighbours are wanted.")
    asked = request.query_params
    grown = _iris(asked.getlist("grown"), MOST_GROWN, "grown")
    without = _iris(asked.getlist("without"), MOST_WITHOUT, "without")
    wanted = asked.getlist("show")
    unknown = [family for family in wanted if family not in (*FAMILIES, OTHER)]
    if unknown:
        raise BrokenInput(f"show is one of {', '.join((*FAMILIES, OTHER))}, not {unknown[0]!r}.")
    iri_ref(iri)
    return State(
        iri,
        tuple(one for one in grown if one != iri),
        tuple(f for f in (*FAMILIES, OTHER) if f in wanted) if wanted else None,
        tuple(one for one in without if one != iri and one not in grown),
        _part(request),
    )


def _part(request: Request) -> Part | None:
    asked = request.query_params
    if "by" not in asked:
        return None
    iri_ref(asked["by"])
    way, start = asked.get("way", "out"), asked.get("start", "0")
    if way not in neighbourhood.WAYS:
        raise BrokenInput(f"way is out or in, not {way!r}.")
    if not (start.isascii() and start.isdigit()) or int(start[:9]) > MAX_START:
        raise BrokenInput(f"start is a number from 0, not {start!r}.")
    return Part(asked["by"], way, int(start[:9]))


def _iris(values: Iterable[str], most: int, name: str) -> tuple[str, ...]:
    iris = tuple(dict.fromkeys(values))
    if len(iris) > most:
        raise BrokenInput(f"{name} may name {most} things at most.")
    for iri in iris:
        iri_ref(iri)
    return iris


async def _is_thing(request: Request, site: Site, words: str) -> bool:
    """Whether somebody typed the IRI of something that the graph knows."""
    try:
        iri_ref(words)
    except BrokenInput:
        return False
    return await _stands(request, site, words)


async def _stands(request: Request, site: Site, iri: str) -> bool:
    """Whether something is said about a thing; raises Gone if it was withdrawn."""
    standing = await site.lookup(request).standing(iri)
    if standing.deprecated:
        raise Gone(f"{iri} was withdrawn.", standing.successor)
    return standing.known


def _as_json(page: PageMaker, around: Neighbourhood) -> dict[str, object]:
    return {
        **_thing(page, around.thing),
        "counts": around.counts,
        "groups": [
            {
                "by": group.by.iri,
                "label": group.by.text.value,
                "way": group.way,
                "family": group.family,
                "total": group.total,
                "start": group.start,
                "things": [_thing(page, thing) for thing in group.things],
            }
            for group in around.groups
        ],
    }


def _thing(page: PageMaker, thing: Thing) -> dict[str, object]:
    text, href = thing.link.text, thing.link.href
    told: dict[str, object] = {"iri": thing.link.iri, "label": text.value, "kind": thing.kind}
    if text.lang:
        told["lang"] = text.lang
    if thing.types:
        told["type"] = _joined(thing.types)
    if href:
        told["page"] = href if thing.link.external else page.link(href)
    return told


def _joined(links: Sequence[Link]) -> str:
    return ", ".join(link.text.value for link in links)

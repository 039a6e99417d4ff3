"""`/search`: find things by name, as a page and as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice, product
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import BrokenInput, NotAcceptable, NotFound
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.facts import Link, Text
from policygraph.web.negotiate import HTML, Page, choose
from policygraph.web.search import findable
from policygraph.web.search.findable import KINDS, OTHER, Thing
from policygraph.web.search.index import Filters, Found, Index
from policygraph.web.search.words import Marked, composed, marked, plain_words, words
from policygraph.web.site import VARY, PageMaker, Site, address_of, site_of
from policygraph.web.texts import texts

LONGEST = 500
"""Characters of a question: more than the longest title of a law in the graph."""
SIZE = 20
MOST_SIZE = 100
"""Things on a page: as it is, and at most."""
_SNIPPET = 180
_SHOWN = 8
"""Values of a facet that are shown at once."""
_MOST_WORDS = 8
_MOST_TRIED = 24
"""Words of a question that found nothing, and other questions, that are tried for it."""
_FACETS = ("kind", "place", "document")

JSON = Page("json", "application/json")
OPENSEARCH = "application/opensearchdescription+xml"


@dataclass(frozen=True, slots=True)
class Question:
    """What a client searches for."""

    text: str
    words: tuple[str, ...]
    kind: str = ""
    place: str = ""
    document: str = ""
    page: int = 1
    size: int = SIZE

    def address(self, **changed: object) -> str:
        """Return the address of this search with some of its parts changed; then on page 1."""
        other = replace(self, **{"page": 1, **changed})  # type: ignore[arg-type]
        parts = {"q": other.text} | {key: getattr(other, key) for key in _FACETS}
        parts |= {"page": str(other.page) if other.page > 1 else ""}
        parts |= {"size": str(other.size) if other.size != SIZE else ""}
        return "/search?" + urlencode({k: v for k, v in parts.items() if v or k == "q"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: its name, how many things have it, and the address of those."""

    value: str
    text: Text
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A thing that was found, as it is shown."""

    link: Link
    label: Marked
    kind: str
    number: str
    also: Marked | None
    """Another text of the thing, where the label is not what matched."""
    also_role: str
    document: Link | None
    places: list[Link]


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of results."""

    question: Question
    total: int
    results: list[Result]
    facets: dict[str, list[Choice]]
    near: tuple[str, ...] = ()
    suggestions: tuple[tuple[str, int], ...] = ()
    whole: bool = True
    """Whether everything was searched, or only the first things of a large mirror were found."""

    @property
    def pages(self) -> int:
        """Return the number of pages."""
        return max(1, -(-self.total // self.question.size))


async def search(request: Request) -> Response:
    """Return what is found: a page, or the same as JSON."""
    site = site_of(request)
    suffix = request.path_params.get("suffix")
    asked = suffix or request.query_params.get("format")
    if asked not in (None, "", "html", "json"):
        raise NotAcceptable(f"There is no format {asked!r} here; there are html, json.")
    accept = request.headers.get("accept")
    chosen = choose(accept, (HTML, JSON)) if not asked else JSON if asked == "json" else HTML
    if chosen is None:
        raise NotAcceptable("None of the accepted types can be given; there are html, json.")
    question = read(request.query_params)
    page = site.page(request)
    tag = site.tag("search", page.tag, chosen.name)
    known = not_modified(request, tag, VARY)
    if known:
        return known
    sparql = sparql_of(question, site)
    answer = await find(page, question)
    headers = cache_headers(tag, VARY)
    if chosen is JSON:
        text = json.dumps(as_json(page, answer, sparql), ensure_ascii=False) + "\n"
        headers |= {"Content-Language": page.language}
        return Response(text, headers=headers, media_type=JSON.media_type)
    title = page.text("search")
    if question.text:
        title = texts.text(page.language, "search_for", words=question.text)
    return page.render(
        "search.html",
        200,
        headers,
        title=title,
        answer=answer,
        question=question,
        sparql=sparql,
        shown=_SHOWN,
        twin=question.address(page=question.page).replace("/search?", "/search.json?", 1),
    )


def read(parameters: Mapping[str, str]) -> Question:
    """Return what the parameters ask; BrokenInput if they cannot be read."""
    text = "".join(c if c.isprintable() else " " for c in parameters.get("q", ""))
    text = composed(" ".join(text.split()))
    if len(text) > LONGEST:
        raise BrokenInput(f"q has {len(text)} characters; at most {LONGEST} are searched for.")
    kind = parameters.get("kind", "")
    if kind and kind not in (*KINDS, OTHER):
        raise BrokenInput(
            f"There is no kind {kind[:100]!r}; there are {', '.join(KINDS)}, {OTHER}."
        )
    return Question(
        text,
        tuple(plain_words(text)),
        kind,
        parameters.get("place", ""),
        parameters.get("document", ""),
        _number(parameters, "page", 1, 1_000_000),
        _number(parameters, "size", SIZE, MOST_SIZE),
    )


def _number(parameters: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = parameters.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most):
        raise BrokenInput(f"{name} is a number from 1 to {most}, not {text[:100]!r}.")
    return int(text)


async def find(page: PageMaker, question: Question) -> Answer:
    """Return one page of what is found; NotFound if there is no such page."""
    site = page.site
    index = await site.index.get(site.lookup(page.request))
    if index is None:
        answer = await _find_in_large(page, question)
    else:
        # Even a long question keeps no other request waiting.
        answer = await asyncio.to_thread(_answer, page, question, index)
    if question.page > answer.pages:
        raise NotFound(f"There is no page {question.page}; there are {answer.pages}.")
    return answer


def _answer(page: PageMaker, question: Question, index: Index) -> Answer:
    reader = _Reader(page, index)
    filters = Filters(question.kind, reader.iri(question.document), reader.iri(question.place))
    found = index.find(question.words, page.language, filters)
    start = (question.page - 1) * question.size
    return Answer(
        question,
        len(found.things),
        [reader.result(t, found.matched) for t in found.things[start : start + question.size]],
        reader.facets(question, found),
        found.near,
        () if found.things else _suggestions(question, index, page.language),
    )


def _suggestions(question: Question, index: Index, language: str) -> tuple[tuple[str, int], ...]:
    """Return other questions that find something: with likely words, or with a word less."""
    asked = question.words[:_MOST_WORDS]
    likely = [(w,) if index.knows(w) else (*index.closest(w), "") for w in asked]
    others = list(islice(product(*likely), _MOST_TRIED))
    others += [asked[:at] + asked[at + 1 :] for at in range(len(asked))]
    found: dict[str, int] = {}
    for other in others:
        words = tuple(word for word in other if word)
        if words and words != question.words and " ".join(words) not in found:
            number = len(index.find(words, language, Filters()).things)
            if number:
                found[" ".join(words)] = number
    return tuple(list(found.items())[:5])


class _Reader:
    """Shows things in the language of a page."""

    def __init__(self, page: PageMaker, index: Index | None) -> None:
        self._page = page
        self._index = index
        self._urls = page.site.release.urls
        self._nothing = page.facts(())

    def iri(self, value: str) -> str:
        """Return the IRI that a short value in an address stands for."""
        if not value or "://" in value:
            return value
        return self._urls.described_by("/doc/" + value)

    def value(self, iri: str) -> str:
        """Return an IRI as it stands in an address: short where it has a page here."""
        href = self._urls.about(iri) or ""
        short = href.removeprefix("/doc/")
        return short if short != href and self.iri(short) == iri else iri

    def link(self, iri: str) -> Link:
        """Return a thing as a link; what has no name here has its IRI for one."""
        thing = self._index.of.get(iri) if self._index else None
        text = thing.label(self._page.language) if thing else self._nothing.label(iri)
        return replace(self._nothing.link(iri), text=text)

    def result(self, thing: Thing, matched: dict[str, str]) -> Result:
        """Return a thing with what matched in it marked."""
        text = thing.label(self._page.language)
        label = marked(text.value, text.lang, matched)
        own = _hits(text.value, matched)
        # The text that holds most of what the label lacks.
        best, also, role = 0, None, ""
        for name in thing.names:
            gained = len(_hits(name.text, matched) - own)
            if gained > best:
                lang = name.lang if name.lang != self._page.language else ""
                best, role = gained, name.role
                also = marked(name.text, lang, matched, _SNIPPET)
        document = thing.document if thing.document != thing.iri else ""
        return Result(
            replace(self.link(thing.iri), text=text),
            label,
            thing.kind,
            thing.number,
            also,
            role,
            self.link(document) if document else None,
            [self.link(place) for place in thing.places],
        )

    def facets(self, question: Question, found: Found) -> dict[str, list[Choice]]:
        """Return the values of each facet, the most frequent first, a chosen one always."""
        facets: dict[str, list[Choice]] = {}
        for key in _FACETS:
            counts = dict(found.facets[key])
            chosen = getattr(question, key)
            if chosen:
                counts.setdefault(self.iri(chosen) if key != "kind" else chosen, 0)
            facets[key] = sorted(
                (self._choice(question, key, value, count) for value, count in counts.items()),
                key=lambda choice: (-choice.count, choice.text.value.casefold(), choice.value),
            )
        return facets

    def _choice(self, question: Question, key: str, value: str, count: int) -> Choice:
        if key == "kind":
            short, text = value, Text(self._page.text(f"kind_{value}"))
        else:
            short, text = self.value(value), self.link(value).text
        chosen = getattr(question, key) in (short, value)
        href = question.address(**{key: "" if chosen else short})
        return Choice(short, text, count, href, chosen)


def _hits(text: str, matched: dict[str, str]) -> set[str]:
    """Return which of the words that were asked for a text has."""
    return {matched[word] for word in plain_words(text) if word in matched}


async def _find_in_large(page: PageMaker, question: Question) -> Answer:
    """Return what the engine finds by plain text: the first things, and no facets."""
    reader = _Reader(page, None)
    things: list[Thing] = []
    if question.words:
        asked = _as_written(question)
        things = await findable.containing(page.site.lookup(page.request), asked, MOST_SIZE)
    matched = {word: word for word in question.words}
    results = [reader.result(thing, matched) for thing in {t.iri: t for t in things}.values()]
    start = (question.page - 1) * question.size
    return Answer(question, len(results), results[start : start + question.size], {}, whole=False)


def sparql_of(question: Question, site: Site) -> str:
    """Return the query for the names with exactly the words that were asked for.

    Raises BrokenInput for a place or a document that can be no IRI.
    """
    place, document = (
        value if not value or "://" in value else site.release.urls.described_by("/doc/" + value)
        for value in (question.place, question.document)
    )
    return findable.question(_as_written(question), question.kind, document, place)


def _as_written(question: Question) -> list[str]:
    """Return the words with their accents, since SPARQL compares letter by letter."""
    return list(dict.fromkeys(question.text[w.start : w.end].lower() for w in words(question.text)))


def as_json(page: PageMaker, answer: Answer, sparql: str) -> dict[str, object]:
    """Return an answer as JSON values."""
    question = answer.question
    pages = range(1, answer.pages + 1)
    found: dict[str, object] = {
        "query": question.text,
        "language": page.language,
        "total": answer.total,
        "complete": answer.whole,
        "page": question.page,
        "pages": answer.pages,
        "results": [_result(page, result) for result in answer.results],
        "facets": {
            key: [
                {"value": c.value, "label": c.text.value, "count": c.count, "chosen": c.chosen}
                for c in choices
            ]
            for key, choices in answer.facets.items()
        },
        "alsoSearchedFor": list(answer.near),
        "suggestions": [{"query": text, "total": n} for text, n in answer.suggestions],
        "sparql": sparql,
    }
    for name, number in (("previous", question.page - 1), ("next", question.page + 1)):
        if number in pages:
            address = question.address(page=number).replace("/search?", "/search.json?", 1)
            found[name] = page.link(address)
    return found


def _result(page: PageMaker, result: Result) -> dict[str, object]:
    told: dict[str, object] = {
        "iri": result.link.iri,
        "url": page.link(result.link.href) if result.link.href else None,
        "label": result.link.text.value,
        "labelLanguage": result.link.text.lang or page.language,
        "kind": result.kind,
        "kindLabel": page.text(f"kind_{result.kind}"),
    }
    if result.number:
        told["number"] = result.number
    if result.also:
        text = result.also.text
        told["matched"] = {"in": result.also_role, "text": text.value,
                           "language": text.lang or page.language}  # fmt: skip
    if result.document:
        told["document"] = _linked(page, result.document)
    if result.places:
        told["places"] = [_linked(page, place) for place in result.places]
    return told


def _linked(page: PageMaker, link: Link) -> dict[str, object]:
    return {"iri": link.iri, "url": page.link(link.href) if link.href else None,
            "label": link.text.value}  # fmt: skip


async def opensearch(request: Request) -> Response:
    """Return the OpenSearch 1.1 description, by which a browser adds this search to its own."""
    site = site_of(request)
    page = site.page(request)
    origin = address_of(request)
    portal = site.release.portal
    title = portal.title.get(page.language) or next(iter(portal.title.values()), "policygraph")
    tag = site.tag("opensearch", origin, page.language)
    known = not_modified(request, tag, "Accept-Language")
    if known:
        return known
    template = quoteattr(f"{origin}/search?q={{searchTerms}}")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        "<ShortName>policygraph</ShortName>\n"
        f"<Description>{escape(page.text('search'))}: {escape(title)}</Description>\n"
        f'<Url type="text/html" template={template}/>\n'
        f'<Url type="{OPENSEARCH}" rel="self" template={quoteattr(origin + "/opensearch.xml")}/>\n'
        "<InputEncoding>UTF-8</InputEncoding>\n"
        "</OpenSearchDescription>\n"
    )
    headers = cache_headers(tag, "Accept-Language") | {"Content-Language": page.language}
    return Response(body, headers=headers, media_type=OPENSEARCH)

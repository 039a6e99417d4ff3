"""`/queries` as pages: the catalogue by topic; a query with its form, answer, chart and code."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from policygraph.engine import Query
from policygraph.engine.cache import may_change
from policygraph.errors import BrokenInput, NotFound, PolicygraphError
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS
from policygraph.web.facts import Link, Text
from policygraph.web.problems import Members, problem
from policygraph.web.saved.chart import chart_of
from policygraph.web.saved.choices import choices
from policygraph.web.saved.filling import Hole, called, columns_of, filled, form_of, hole
from policygraph.web.saved.programs import programs
from policygraph.web.saved.saved import (
    ROWS,
    SavedQuery,
    described,
    links_of,
    listed,
    query_named,
    saved_queries,
)  # fmt: skip
from policygraph.web.saved.shown import Shown, show
from policygraph.web.site import VARY, PageMaker, address_of, client_of, origin_of, site_of
from policygraph.web.things.resources import split_suffix

TOPICS = (
    "structure", "actions", "compare", "initiatives", "people", "sdg", "takeaways", "evidence",
    "federated",
)  # fmt: skip
"""Topics that have a name in the interface, in their order; any other one follows."""

PAGE = 200
"""Rows of an answer on one page."""

_MOST_DRAWN = 1000
"""Rows of an answer that may still have a chart."""

_LONG_WORD, _SHORT = 30, 10
"""Characters of a word that may break anywhere, and of a text that breaks nowhere, as a date."""

_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Topic:
    """The queries of one topic."""

    name: str
    title: str
    queries: list[SavedQuery]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in the form: what stands in it, and what may."""

    name: str
    label: Text
    kind: str
    value: str
    example: str
    choices: list[tuple[str, Text]] = field(default_factory=list)


@dataclass
class Outcome:
    """What came of asking: an answer, or why there is none."""

    shown: Shown | None = None
    problem: Members | None = None
    status: int = 200
    headers: dict[str, str] | None = None


async def listing(request: Request) -> Response:
    """Return the saved queries: a page by topic, else what programs ask for."""
    return await listed(request) or await _listing(request)


async def _listing(request: Request) -> Response:
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    queries = await saved_queries(site.lookup(request), site, page.language)
    words = request.query_params.get("q", "").strip()
    topic = request.query_params.get("topic", "")
    topics = _topics(page, queries)
    return page.render(
        "queries.html",
        link_header=links_of(site),
        title=page.text("queries"),
        topics=topics,
        found=_found(topics, words, topic),
        words=words,
        topic=topic,
        total=len(queries),
        prefixes=site.prefixes,
        language_asked=page.remembered,
    )


def _topics(page: PageMaker, queries: Iterable[SavedQuery]) -> list[Topic]:
    grouped: dict[str, list[SavedQuery]] = {}
    for query in queries:
        grouped.setdefault(query.topic, []).append(query)

    def place(name: str) -> tuple[int, str]:
        return (TOPICS.index(name) if name in TOPICS else len(TOPICS)), name

    return [Topic(name, _title(page, name), grouped[name]) for name in sorted(grouped, key=place)]


def _title(page: PageMaker, topic: str) -> str:
    return page.text(f"topic_{topic}") if topic in TOPICS else topic or page.text("topic_other")


def _found(topics: Iterable[Topic], words: str, topic: str) -> list[Topic]:
    """Return what has all the words in its title or question, and is of the topic."""
    wanted = _folded(words).split()
    found = [
        Topic(one.name, one.title, [q for q in one.queries if _has(q, wanted)])
        for one in topics
        if topic in ("", one.name)
    ]
    return [one for one in found if one.queries]


def _has(query: SavedQuery, words: Iterable[str]) -> bool:
    text = _folded(f"{query.title.value} {query.question.value} {query.slug}")
    return all(word in text for word in words)


def _folded(text: str) -> str:
    """Return a text without accents and capitals."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


async def one(request: Request) -> Response:
    """Return one saved query: a page with its answer, else RDF; NotFound if there is none.

    A query that calls others is asked when the form is sent, not when somebody looks at the page.
    """
    return await described(request) or await _one(request)


async def _one(request: Request) -> Response:
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    slug = split_suffix(request.path_params["slug"])[0]
    query = await query_named(site.lookup(request), site, slug, page.language)
    holes = {p.name: hole(p.name, p.value, site.prefixes) for p in query.parameters}
    # Labels are there in the languages in which the query itself is told.
    language = page.language if page.language in query.titles else ""
    values = _values(request, holes, language)
    number = _number(request)
    calls = called(query.text)
    refused = [address for address in calls if address not in site.limits.service_allow]
    outcome, text = Outcome(), query.text
    try:
        text = filled(query.text, holes, values, site.prefixes)
        if not calls or (not refused and "run" in request.query_params):
            outcome = await _ask(page, text, number)
    except PolicygraphError as error:
        status, members, headers = problem(error)
        headers |= {"Cache-Control": "no-store", "Vary": VARY}
        outcome = Outcome(problem=members, status=status, headers=headers)
    if calls and outcome.headers is None:
        outcome.headers = {"Cache-Control": "no-cache", "Vary": VARY}
    shown = outcome.shown
    whole = _table(shown, query, page.language) if shown else None
    chart = _chart(shown, whole, number)
    if shown and len(shown.rows) > PAGE:
        shown.rows, shown.cut = shown.rows[:PAGE], True
    path = site.here(f"/queries/{query.slug}")
    asked = urlencode(values)
    address = f"{address_of(request)}/queries/{query.slug}"
    form = form_of(text)
    formats = [f for f in RESULT_FORMATS if form in ROWS or f.name in ("json", "xml")]
    ending = f"?{asked}" if asked else ""
    return page.render(
        "query.html",
        outcome.status,
        outcome.headers,
        links_of(site, slug),
        title=query.title.value,
        query=query,
        topic=(query.topic, _title(page, query.topic)),
        fields=await _fields(page, query, holes, values),
        text=text,
        run=site.release.urls.query(text),
        calls=calls,
        refused=refused,
        shown=shown,
        table=whole,
        chart=chart,
        columns=[(c, query.heading(c, page.language)) for c in columns_of(query.text) or ()]
        if query.headings
        else [],
        problem=outcome.problem,
        first=(number - 1) * PAGE + 1,
        number=number,
        pages=[(step, _step(request, number + step)) for step in _steps(shown, number)],
        downloads=[(f, f"{path}.{f.name}{ending}") for f in formats],
        permalink=address + ending,
        pinned=f"{origin_of(request)}/releases/{site.release.id}/queries/{query.slug}{ending}"
        if site.archive
        else "",
        code=programs(address, ending, form),
        language_asked=page.remembered,
    )


def _values(request: Request, holes: Mapping[str, Hole], language: str) -> dict[str, str]:
    """Return a value for each parameter: what was filled in, else the example.

    Labels are asked for in the language of the page, unless the form says otherwise.
    """
    given = request.query_params
    values = {}
    for name, place in holes.items():
        value = given.get(name, "").strip()
        default = (place.kind == "language" and language) or place.example
        values[name] = value.removeprefix(place.below) if value else default
    return values


def _number(request: Request) -> int:
    asked = request.query_params.get("page", "1")
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= _MOST_PAGES:
        raise BrokenInput(f"page={asked[:20]!r} is no number from 1 to {_MOST_PAGES}.")
    return int(asked)


async def _ask(page: PageMaker, text: str, number: int) -> Outcome:
    query = Query(
        text,
        results=RESULT_FORMATS[0],
        graph=GRAPH_FORMATS[0],
        client=client_of(page.request),
    )
    # A chart is of the whole answer, so the first page asks for more than it shows.
    most = _MOST_DRAWN if number == 1 else PAGE
    shown = await show(await page.site.engine.answer(query), page, (number - 1) * PAGE, most)
    if number > 1 and not shown.rows:
        raise NotFound(f"The answer has no page {number}.")
    fresh = {"Cache-Control": "no-cache", "Vary": VARY} if may_change(text) else None
    return Outcome(shown, headers=fresh)


async def _fields(
    page: PageMaker, query: SavedQuery, holes: Mapping[str, Hole], values: Mapping[str, str]
) -> list[Field]:
    found = await asyncio.gather(*(choices(page, holes[p.name]) for p in query.parameters))
    fields = []
    for parameter, offered in zip(query.parameters, found, strict=True):
        place, value = holes[parameter.name], values[parameter.name]
        if offered and value not in [choice for choice, _ in offered]:
            offered = [*offered, (value, Text(value))]
        fields.append(Field(place.name, parameter.label, place.kind, value, place.example, offered))
    return sorted(fields, key=lambda f: f.kind == "language")


Cell = Link | Text | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as people read them: a thing and its name in one column."""

    headings: list[Text]
    rows: list[list[Cell]]
    looks: list[str]
    """How each column is set: "num" (numbers), "tight" (short codes), "long" (addresses) or ""."""


def _table(shown: Shown, query: SavedQuery, language: str) -> Table:
    columns = shown.columns
    names = {c: columns.index(name) for c in columns if (name := _name_of(c, columns, query))}
    left_out = {columns[at] for at in names.values()}
    kept = [c for c in columns if c not in left_out]
    # The thing stands where its label stood: queries put what people read first.
    kept.sort(key=lambda c: names.get(c, columns.index(c)))
    places = [(columns.index(c), names.get(c)) for c in kept]
    rows = [[_told(cell, language) for cell in row] for row in shown.rows]
    rows = [[_joined(row, *place) for place in places] for row in rows]
    looks = [
        "num" if column in shown.numbers else _look([row[at] for row in rows])
        for at, column in enumerate(kept)
    ]
    return Table([query.heading(column, language) for column in kept], rows, looks)


def _look(cells: Iterable[Cell]) -> str:
    """Return how a column is set: words break between them, codes and dates nowhere."""
    said = [cell.text.value if isinstance(cell, Link) else cell.value for cell in cells if cell]
    longest = max((len(word) for text in said for word in text.split()), default=0)
    if longest > _LONG_WORD:
        return "long"
    return "tight" if all(len(text) <= _SHORT and " " not in text for text in said) else ""


def _name_of(column: str, columns: Sequence[str], query: SavedQuery) -> str:
    """Return the column with the names of the things in one: by variable, or by heading."""
    heading = query.headings.get(column)
    labels = [c for c in columns if c != column and c.lower().endswith("label")]
    same = [c for c in labels if c == f"{column}Label" or query.headings.get(c, "") == heading]
    return "" if column.lower().endswith("label") else next(iter(same), "")


def _told(cell: Cell, language: str) -> Cell:
    """Return a cell that names its language only where that is not the one of the page."""
    return Text(cell.value) if isinstance(cell, Text) and cell.lang == language else cell


def _joined(row: Sequence[Cell], at: int, label_at: int | None) -> Cell:
    cell = row[at]
    label = row[label_at] if label_at is not None else None
    if isinstance(cell, Link) and isinstance(label, Text) and label.value:
        return Link(cell.iri, label, cell.href, cell.external)
    return cell if cell is not None else label


def _chart(shown: Shown | None, table: Table | None, number: int) -> object:
    """Return a chart of a whole answer, where one suits."""
    if shown is None or table is None or shown.cut or number > 1 or shown.form != "SELECT":
        return None
    return chart_of([heading.value for heading in table.headings], table.rows)


def _steps(shown: Shown | None, number: int) -> list[int]:
    """Return -1 where there is a page before this one, 1 where there is one after it."""
    more = shown is not None and shown.cut and shown.form == "SELECT" and number < _MOST_PAGES
    return [step for step, there in ((-1, number > 1), (1, more)) if there]


def _step(request: Request, number: int) -> str:
    kept = [(n, v) for n, v in request.query_params.multi_items() if n != "page"]
    return "?" + urlencode([*kept, ("page", str(number))])

"""queries.md: the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from pages import cell, opening, table
from policygraph.queries import CatalogueQuery, read_catalogue
from policygraph.sources import Sources


def queries(sources: Sources) -> Iterator[str]:
    """Yield the page of the query catalogue."""
    catalogue = read_catalogue(sources)
    yield from opening(
        "Queries",
        "The catalogue: questions with a SPARQL query that answers them. Run one with "
        "`policygraph query NAME`, fill a parameter with `--param NAME=VALUE`; without it the "
        "example value is used. The files stand in `queries/`; a running server shows them at "
        "`/queries`. How to add one: [CONTRIBUTING.md](../CONTRIBUTING.md).",
    )
    rows = ([q.topic, f"[{q.slug}](#{q.slug})", cell(q.title.get("en", ""))] for q in catalogue)
    yield from table(["topic", "name", "title"], rows)
    for topic, members in groupby(catalogue, key=lambda query: query.topic):
        yield f"## {topic}"
        yield ""
        for query in members:
            yield from _query(query)


def _query(query: CatalogueQuery) -> Iterator[str]:
    yield f"### {query.slug}"
    yield ""
    for language, mark in (("en", ""), ("nl", "*")):
        start = "<br>" if mark else ""
        yield f"{start}{mark}**{query.title.get(language, '')}.** {query.question[language]}{mark}"
    yield ""
    if query.parameters:
        yield from table(
            ["parameter", "meaning", "betekenis", "kind", "example"],
            (
                [
                    f"`{p.name}`",
                    cell(p.label.get("en", "")),
                    cell(p.label.get("nl", "")),
                    f"{p.kind}, below `{p.below}:`" if p.below else p.kind,
                    f"`{p.example}`",
                ]
                for p in query.parameters
            ),
        )
    if query.columns:
        yield from table(["column", "heading", "kop", "intitulé"], _columns(query))
    values = "".join(f" --param {p.name}={_quoted(p.example)}" for p in query.parameters)
    yield "```sh"
    yield f"policygraph query {query.slug}{values}"
    yield "```"
    yield ""
    yield f"{query.form}, at least {query.rows} with the example values: " + (
        f"[queries/{query.topic}/{query.slug}.rq](../queries/{query.topic}/{query.slug}.rq)"
    )
    yield ""


def _columns(query: CatalogueQuery) -> Iterator[list[str]]:
    """Yield a row for each heading: a thing and its name have the same one."""
    texts = {
        name: tuple(cell(about.get(language, "")) for language in ("en", "nl", "fr"))
        for name, about in query.columns.items()
    }
    for headings in dict.fromkeys(texts.values()):
        names = ", ".join(f"`{name}`" for name, own in texts.items() if own == headings)
        yield [names, *headings]


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[\w.:/#-]+", value) else f"'{value}'"

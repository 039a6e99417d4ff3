"""An answer as a page shows it: rows with names and links, or the beginning of Turtle."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from policygraph.engine import Answer
from policygraph.errors import EvaluationCrashed
from policygraph.namespaces import XSD
from policygraph.web.facts import Link, Text
from policygraph.web.lookup import Lookup
from policygraph.web.site import PageMaker

MAX_ROWS = 1000
"""Rows that the page shows; the whole answer is behind its download links."""

MAX_TURTLE = 256 * 1024
"""Bytes of Turtle that the page shows."""

_MAX_CELL = 4 * 1024 * 1024
"""Characters of one row that are waited for, before the page gives up on it."""

_NUMBERS = {XSD[name] for name in ("integer", "decimal", "double", "float")}

_BINDINGS = re.compile(r'"bindings"\s*:\s*\[')


@dataclass
class Shown:
    """An answer as the page shows it."""

    form: str
    boolean: bool | None = None
    columns: list[str] = field(default_factory=list)
    rows: list[list[Link | Text | None]] = field(default_factory=list)
    numbers: frozenset[str] = frozenset()
    """Columns that have numbers only."""
    turtle: str = ""
    cut: bool = False
    """Whether there is more than is shown."""


async def show(answer: Answer, page: PageMaker, first: int = 0, most: int = MAX_ROWS) -> Shown:
    """Return an answer as a page shows it: of rows at most so many from the `first` on."""
    try:
        if answer.form in ("SELECT", "ASK"):
            return await _table(answer, page, first, most)
        data = b""
        async for chunk in answer.chunks:
            data += chunk
            if len(data) > MAX_TURTLE:
                break
        text = data[:MAX_TURTLE].decode("utf-8", "ignore")
        cut = len(data) > MAX_TURTLE
        return Shown(answer.form, turtle=text.rpartition("\n")[0] if cut else text, cut=cut)
    finally:
        await answer.close()


async def _table(answer: Answer, page: PageMaker, first: int, most: int) -> Shown:
    head, rows = await _read_rows(answer.chunks, first + most + 1)
    if "boolean" in head:
        return Shown(answer.form, boolean=bool(head["boolean"]))
    columns = head["head"]["vars"]
    shown, cut = rows[first : first + most], len(rows) > first + most
    iris = {t["value"] for row in shown for t in row.values() if t["type"] == "uri"}
    lookup: Lookup = page.site.lookup(page.request)
    # Labels are a service to the reader; beyond one batch they would cost more than the query.
    facts = page.facts(await lookup.names(sorted(iris)[:1000]))

    def cell(term: dict[str, str] | None) -> Link | Text | None:
        if term is None:
            return None
        if term["type"] == "uri":
            return facts.link(term["value"])
        if term["type"] == "bnode":
            return Text("_:" + term["value"])
        # RDF 1.2 terms have a record as their value.
        return Text(str(term["value"]), term.get("xml:lang", ""))

    return Shown(
        answer.form,
        columns=columns,
        numbers=frozenset(column for column in columns if _numeric(shown, column)),
        rows=[[cell(row.get(column)) for column in columns] for row in shown],
        cut=cut,
    )


def _numeric(rows: list[dict], column: str) -> bool:  # type: ignore[type-arg]  # JSON
    """Whether a column has numbers, and nothing else."""
    types = {row[column].get("datatype") for row in rows if column in row}
    return bool(types) and types <= _NUMBERS


async def _read_rows(chunks: AsyncIterator[bytes], most: int) -> tuple[dict, list[dict]]:  # type: ignore[type-arg]  # JSON
    """Return the head and at most so many rows of JSON results, reading no further.

    SPARQL 1.1 Query Results JSON Format, section 3: the head comes first as our engine writes it.
    """
    decoder = json.JSONDecoder()
    head: dict | None = None  # type: ignore[type-arg]
    rows: list[dict] = []  # type: ignore[type-arg]
    pending = b""
    text = ""
    async for chunk in chunks:
        text, pending = _joined(text, pending + chunk)
        if head is None:
            found = _BINDINGS.search(text)
            if found is None:
                continue
            head = json.loads(text[: found.end()] + "]}}")
            text = text[found.end() :]
        text = _take_rows(decoder, text, rows, most)
        if len(rows) >= most:
            break
        if len(text) > _MAX_CELL:
            raise EvaluationCrashed("A row is too long to be shown here; download the answer.")
    return (json.loads(text), rows) if head is None else (head, rows)


def _joined(text: str, data: bytes) -> tuple[str, bytes]:
    """Return the text with what can be decoded, and the bytes of a character that is cut."""
    for keep in range(4):
        try:
            whole = data[: len(data) - keep]
            return text + whole.decode("utf-8"), data[len(data) - keep :]
        except UnicodeDecodeError:
            continue
    return text + data.decode("utf-8", "replace"), b""


def _take_rows(decoder: json.JSONDecoder, text: str, rows: list[dict], most: int) -> str:  # type: ignore[type-arg]
    """Append the rows that are complete, until there are enough; return the rest of the text."""
    at = 0
    while len(rows) < most:
        start = at
        while start < len(text) and text[start] in ", \t\r\n":
            start += 1
        if start >= len(text) or text[start] != "{":
            break
        try:
            row, at = decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            break
        rows.append(row)
    return text[at:]

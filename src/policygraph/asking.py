"""Ask a query from the command line, of a release or of an endpoint, and show the answer."""

from __future__ import annotations

import csv
import io
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

from policygraph.errors import BrokenInput, NotFound, Unavailable
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format, named
from policygraph.queries import find, read_catalogue, read_query
from policygraph.release import Release
from policygraph.sources import Sources, read_bytes

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

TIMEOUT = 60
"""Seconds that a remote endpoint has for its answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in some format."""

    format: Format
    data: bytes


def query_text(sources: Sources, name: str, values: dict[str, str]) -> str:
    """Return the SPARQL text behind a name of the catalogue, a file, or "-" (standard input)."""
    if name == "-":
        return _decoded(sys.stdin.buffer.read(), "the query on standard input")
    path = Path(name)
    if path.suffix in (".rq", ".sparql") or "/" in name:
        if not path.is_file():
            raise NotFound(f"{name} does not exist")
        text = _decoded(read_bytes(path), name)
        if "#+" not in text:
            if values:
                raise BrokenInput(f"{name} has no header, so it takes no parameters")
            return text
        return read_query(path).bind(values, sources.portal.base)
    return find(read_catalogue(sources), name).bind(values, sources.portal.base)


def _decoded(data: bytes, what: str) -> str:
    """Return the text, without the mark that some editors put before UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenInput(f"{what} is not UTF-8: save it as UTF-8") from error


def _formats(wanted: str) -> tuple[Format, Format]:
    """Return the formats for rows and for graphs that come nearest to what was asked for."""
    rows = named("tsv" if wanted == "table" else wanted, RESULT_FORMATS) or RESULT_FORMATS[0]
    graph = named(wanted, GRAPH_FORMATS) or GRAPH_FORMATS[0]
    return rows, graph


def ask_release(release: Release, text: str, wanted: str) -> Answered:
    """Return the answer of a release, evaluated under its limits in a process of its own."""
    from policygraph.engine import Dataset, Engine, Query

    rows, graph = _formats(wanted)
    dataset = Dataset(release.dataset, release.apart, release.portal.base)
    with Engine.start(dataset, release.portal.limits) as engine:
        return Answered(*engine.ask(Query(text, results=rows, graph=graph)))


def ask_endpoint(endpoint: str, text: str, wanted: str) -> Answered:
    """Return the answer of a SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1.2)."""
    if not endpoint.startswith(("http://", "https://")):
        raise BrokenInput(f"--endpoint {endpoint}: it must start with http:// or https://")
    accept = ", ".join(format_.media_type for format_ in _formats(wanted))
    request = urllib.request.Request(  # noqa: S310  (http or https, as checked above)
        endpoint,
        data=urlencode({"query": text}).encode(),
        headers={"Accept": accept, "User-Agent": "policygraph"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310  (as above)
            data: bytes = response.read()
            media_type = response.headers.get_content_type()
    except urllib.error.HTTPError as error:
        detail = error.read(2000).decode("utf-8", "replace").strip()
        raise BrokenInput(f"{endpoint} answered {error.code} {error.reason}: {detail}") from error
    except OSError as error:
        raise Unavailable(f"{endpoint} does not answer: {error}") from error
    format_ = named(media_type)
    if format_ is None:
        raise BrokenInput(f"{endpoint} answered with {media_type}, which is no SPARQL result")
    return Answered(format_, data)


def show(answer: Answered, wanted: str, out: BinaryIO) -> None:
    """Write an answer: rows asked as a table in columns, everything else as it came."""
    if wanted == "table" and answer.format.name == "tsv":
        out.write(_table(answer.data.decode("utf-8")).encode())
        return
    out.write(answer.data)
    if not answer.data.endswith(b"\n"):
        out.write(b"\n")
    out.flush()


def _table(tsv: str) -> str:
    """Return rows in columns as wide as the terminal allows."""
    from rich.console import Console
    from rich.table import Table

    rows = list(csv.reader(io.StringIO(tsv), delimiter="\t", quoting=csv.QUOTE_NONE))
    if rows in ([["true"]], [["false"]]):
        return rows[0][0] + "\n"
    table = Table(*(name.removeprefix("?") for name in rows[0]), box=None, header_style="bold")
    for row in rows[1:]:
        table.add_row(*(_plain(cell) for cell in row))
    # A pipe has no width, and whoever reads from it wants each row on a line of its own.
    width = None if sys.stdout.isatty() else 1_000_000
    console = Console(width=width, markup=False, highlight=False)
    with console.capture() as captured:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _plain(cell: str) -> str:
    """Turn a TSV term (SPARQL 1.1 TSV, section 4) into what a person reads."""
    if not cell.startswith('"'):
        return cell.removeprefix("<").removesuffix(">")
    text = cell[1 : cell.rindex('"')]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), text)

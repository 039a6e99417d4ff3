"""Load a release into a SPARQL server that others run, beside what is served from there.

Every release stands there under IRIs of its own (`urls.Urls.copy`): each named graph, and the
default graph merged in one, so that a triple of two graphs counts once whatever that server takes
for its default graph. A record of the copy says how many triples each graph has; it is written
last, when all have been counted there, and no copy without one is served. So a release that is
being loaded, or was left half loaded, changes nothing for those who read another.
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from policygraph.engine.client import FORM, PASSWORD, Client, said
from policygraph.errors import BrokenInput, Unavailable
from policygraph.namespaces import DCT, VOID, XSD
from policygraph.release import Release

Progress = Callable[[str, int, int], None]
"""Takes what is being done, how much of it is done, and how much there is."""

PART = 4 << 20
"""Bytes that are sent at a time; servers hold a request in memory, or in a transaction."""


class Target:
    """A server that takes graphs, by one of two protocols, and tells what it has."""

    def __init__(self, to: str, ask: str, user: str = "", update: bool = False) -> None:
        password = os.environ.get(PASSWORD, "")
        self._to = to
        self._ask = ask
        self._update = update
        self._writer = Client(to, user, password, 600)
        self._reader = Client(ask, user, password, 600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._reader.close()

    def clear(self, graph: str) -> None:
        """Remove a graph; it need not exist."""
        if self._update:
            self._post(f"DROP SILENT GRAPH <{graph}>")
        else:
            self._store("DELETE", graph, b"", (404,))

    def add(self, graph: str, lines: bytes) -> None:
        """Add triples, as N-Triples, to a graph."""
        if self._update:
            self._post(f"INSERT DATA {{ GRAPH <{graph}> {{\n{lines.decode()}}} }}")
        else:
            self._store("POST", graph, lines)

    def count(self, graph: str) -> int:
        """Return how many triples a graph has."""
        text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        return int(self.rows(text)[0]["n"])

    def rows(self, text: str) -> list[dict[str, str]]:
        """Return the values of a SELECT."""
        response = _answered(
            self._ask, lambda: self._reader.query(text, "application/sparql-results+json", [])
        )
        body = _checked(self._ask, response)
        try:
            found = json.loads(body)["results"]["bindings"]
            return [{name: term["value"] for name, term in row.items()} for row in found]
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenInput(f"{self._ask} does not answer with SPARQL results in JSON: name the "
                              "endpoint for queries with --engine") from error  # fmt: skip

    def _store(self, method: str, graph: str, body: bytes, also: Iterable[int] = ()) -> None:
        """Send a request of the Graph Store HTTP Protocol; N-Triples is Turtle as well."""
        headers = {"Content-Type": "text/turtle; charset=utf-8"} if body else {}
        response = _answered(
            self._to,
            lambda: self._writer.send(method, urlencode({"graph": graph}), body, headers),
        )
        _checked(self._to, response, also)

    def _post(self, update: str) -> None:
        body = urlencode({"update": update}).encode()
        response = _answered(
            self._to, lambda: self._writer.send("POST", "", body, {"Content-Type": FORM})
        )
        _checked(self._to, response)


def _answered(url: str, ask: Callable[[], http.client.HTTPResponse]) -> http.client.HTTPResponse:
    try:
        return ask()
    except Unavailable as error:
        raise Unavailable(f"{url}: {error}") from error


def _checked(url: str, response: http.client.HTTPResponse, also: Iterable[int] = ()) -> bytes:
    status = response.status
    if 200 <= status < 300 or status in also:
        return response.read()
    message = said(response)
    response.read()
    if status in (401, 403):
        raise Unavailable(f"{url} does not let us write ({status}): give --user, and the password "
                          "in POLICYGRAPH_ENGINE_PASSWORD")  # fmt: skip
    if status in (400, 404, 405, 415, 501):
        raise BrokenInput(f"{url} answered {status}: {message}; is it the address of a graph store "
                          "(else give --update for SPARQL Update)?")  # fmt: skip
    raise Unavailable(f"{url} answered {status}: {message}")


def publish(release: Release, target: Target, progress: Progress = lambda *_: None) -> bool:
    """Load a release under the IRIs of a copy; see `load`."""
    return load(_files(release), release.urls.copy(release.edition), target, progress)


def load(
    files: Mapping[str, Path], record: str, target: Target, progress: Progress = lambda *_: None
) -> bool:
    """Load each graph from a file of N-Triples, count them there, and write the record.

    False if a whole copy was there already: then nothing is written. Raises Unavailable where the
    server fails or counts otherwise: then there is no record.
    """
    expected = {graph: _lines(path) for graph, path in files.items()}
    if recorded(target, record) == expected and _counted(target, expected, progress) == expected:
        return False
    target.clear(record)
    target.add(record, _record(record, dict.fromkeys(files)))
    total = sum(path.stat().st_size for path in files.values())
    sent = 0
    for graph, path in files.items():
        target.clear(graph)
        for part in _sendable(path):
            progress(f"Loading {path.stem}", sent, total)
            target.add(graph, part)
            sent += len(part)
    for graph, there in _counted(target, expected, progress).items():
        if there != expected[graph]:
            raise Unavailable(
                f"<{graph}> has {there} triples there, and {expected[graph]} here: this copy is "
                "not served; publish again, or look for what that server does not keep apart"
            )
    target.clear(record)
    target.add(record, _record(record, expected))
    return True


def _files(release: Release) -> dict[str, Path]:
    """Return each graph there, with the file of its triples."""
    urls, edition = release.urls, release.edition
    return {urls.copy(edition, "default"): release.file("policygraph.nt")} | {
        urls.copy(edition, f"graph/{slug}"): release.file(f"{slug}.nt")
        for slug in sorted(release.graphs)
    }


def _lines(path: Path) -> int:
    """Return the number of triples in a file of ours: each stands on a line, once."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _counted(target: Target, graphs: Iterable[str], progress: Progress) -> dict[str, int]:
    wanted = list(graphs)
    found = {}
    for number, graph in enumerate(wanted):
        progress("Counting", number, len(wanted))
        found[graph] = target.count(graph)
    return found


def _sendable(path: Path) -> Iterator[bytes]:
    """Yield N-Triples in parts; those with blank nodes together: labels are of one request."""
    with_blank: list[bytes] = []
    part: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        for line in file:
            if b"_:" in line:
                with_blank.append(line)
                continue
            part.append(line)
            size += len(line)
            if size >= PART:
                yield b"".join(part)
                part, size = [], 0
    for rest in (part, with_blank):
        if rest:
            yield b"".join(rest)


def _record(record: str, counts: Mapping[str, int | None]) -> bytes:
    """Return the record of a copy: its graphs, and the triples of each once they are counted."""
    lines = []
    for graph, number in counts.items():
        lines.append(f"<{record}> <{DCT.hasPart}> <{graph}> .\n")
        if number is not None:
            lines.append(f'<{graph}> <{VOID.triples}> "{number}"^^<{XSD.integer}> .\n')
    return "".join(lines).encode()


def recorded(target: Target, record: str) -> dict[str, int]:
    """Return the triples of each graph, as the record of a whole copy says; else nothing."""
    rows = target.rows(f"SELECT ?g ?n {{ GRAPH <{record}> {{ ?g <{VOID.triples}> ?n }} }}")
    return {row["g"]: int(row["n"]) for row in rows}


def prune(release: Release, target: Target, progress: Progress = lambda *_: None) -> list[str]:
    """Remove every other copy of the portal, whole or not; return their records."""
    start = release.urls.copy("")
    text = f"SELECT DISTINCT ?r {{ GRAPH ?r {{ ?r <{DCT.hasPart}> ?g }} }}"
    found = {row["r"] for row in target.rows(text)} - {release.urls.copy(release.edition)}
    records = sorted(record for record in found if record.startswith(start))
    for number, record in enumerate(records):
        progress("Removing", number, len(records))
        text = f"SELECT ?g {{ GRAPH <{record}> {{ <{record}> <{DCT.hasPart}> ?g }} }}"
        for row in target.rows(text):
            if row["g"].startswith(record + "/"):
                target.clear(row["g"])
        target.clear(record)
    return records

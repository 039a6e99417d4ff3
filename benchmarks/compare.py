"""Do all servers give the same answers? Before that is known, how fast they are says nothing."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from benchmarks.load import Endpoint, Failed
from benchmarks.servers import Running
from benchmarks.workloads import Workload

Rows = Counter[tuple[object, ...]]
"""An answer without its order: rows of a table by variable, or the triples of a graph."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Answers of one server to queries of a workload, beside those of the first server."""

    workload: str
    server: str
    rows: int
    """Rows or triples that the first server gave."""
    missing: int
    """Those of them that this server did not give."""
    extra: int
    """What only this server gave."""

    @property
    def same(self) -> bool:
        """Whether there is an answer, and both agree."""
        return self.rows > 0 and not self.missing and not self.extra


def compare(
    servers: Sequence[Running], workload: Workload, documents: int, samples: int
) -> list[Compared]:
    """Return how the answers of the other servers differ from those of the first."""
    reference, *others = servers
    texts = [workload.text(f"compared {number}", documents) for number in range(samples)]
    expected = [answer(reference.endpoint, text, workload.accept) for text in texts]
    found = []
    for server in others:
        missing = extra = 0
        for text, rows in zip(texts, expected, strict=True):
            given = answer(server.endpoint, text, workload.accept)
            missing += (rows - given).total()
            extra += (given - rows).total()
        total = sum(rows.total() for rows in expected)
        found.append(Compared(workload.name, server.name, total, missing, extra))
    return found


def answer(endpoint: Endpoint, query: str, accept: str) -> Rows:
    """Return what a server answers. Raises Failed if it does not."""
    request = urllib.request.Request(endpoint.url(query), headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=600) as response:
            body, kind = response.read(), response.headers.get_content_type()
    except urllib.error.URLError as error:
        raise Failed(f"{endpoint.host}:{endpoint.port}: {error}") from error
    return rows_of(body, kind)


def rows_of(body: bytes, media_type: str) -> Rows:
    """Return the rows of a table of results, or the triples of a graph."""
    table = ox.QueryResultsFormat.from_media_type(media_type)
    if table is None:
        form = ox.RdfFormat.from_media_type(media_type)
        return Counter((q.subject, q.predicate, q.object) for q in ox.parse(body, form))
    solutions = ox.parse_query_results(body, table)
    assert isinstance(solutions, ox.QuerySolutions)
    names = sorted(variable.value for variable in solutions.variables)
    return Counter(tuple(solution[name] for name in names) for solution in solutions)

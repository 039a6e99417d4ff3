"""Answers from a SPARQL server that others run, held to what we promise of our own.

The query is read, refused or accepted here; what is sent is a SELECT or an ASK on graphs of one
copy of a release (`translate`), and what comes back is read as it comes and written by ourselves.
An answer that the server has cut, at a limit of rows or of time, is an error.
"""

from __future__ import annotations

import http.client
import io
import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

import pyoxigraph as ox

from policygraph.engine import federation
from policygraph.engine.client import PASSWORD, Client, said
from policygraph.engine.columns import named_columns
from policygraph.engine.evaluate import (
    RESULTS,
    Evaluator,
    Output,
    acceptable,
    graph_iris,
    write_graph,
)
from policygraph.engine.federation import Outside
from policygraph.engine.loading import Loaded
from policygraph.engine.query import Copy, Query
from policygraph.engine.reading import Graphs, problem, read
from policygraph.engine.tokens import Source, declared, tokenize
from policygraph.engine.translate import Term, Translation, translated
from policygraph.errors import (
    BrokenInput,
    EvaluationCrashed,
    NotSupported,
    Overloaded,
    PolicygraphError,
    TimeLimitExceeded,
    Unavailable,
)
from policygraph.namespaces import BASE, prefixes

_JSON = "application/sparql-results+json"
_TRIPLES = "http://rdfs.org/ns/void#triples"
_BATCH = 100
"""Things that are described by one query."""
_PART = 64 * 1024
_STOPPED = re.compile(r"S1T00|S1TAT|timed? ?out|time limit", re.IGNORECASE)
_MAX_ROWS, _STATE = "X-SPARQL-MaxRows", "X-SQL-State"
"""Virtuoso's headers: the rows were as many as it gives, and how the evaluation ended."""

Row = Mapping[str, Term | None]


class ForeignEvaluator:
    """Answers queries from a copy of a release in another server; one at a time."""

    folder: Path | None = None

    def __init__(self, copy: Copy, base: str = BASE) -> None:
        self._copy = copy
        self._base = base
        self._nowhere = copy.record + "/nothing"
        self.outside = Outside(tuple(copy.allowed))
        parts = urlsplit(copy.url)
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        # A name has to be looked up, TLS needs certificates: such a worker keeps its files.
        self.confined = parts.scheme == "http" and _is_ipv4(parts.hostname or "")
        self._virtuoso = False

    @cached_property
    def _client(self) -> Client:
        password = os.environ.get(PASSWORD, "")
        return Client(self._copy.url, self._copy.user, password, self._copy.seconds + 5)

    def open(self) -> None:
        """Nothing: the connection is made with the first query."""

    def check(self) -> int:
        """Return how many triples the copy has; raise if it is not there, or not whole."""
        copy = self._copy
        text = f"SELECT ?g ?n {{ GRAPH <{copy.record}> {{ ?g <{_TRIPLES}> ?n }} }}"
        parameters = [("default-graph-uri", self._nowhere), ("named-graph-uri", copy.record)]
        try:
            rows = list(self._rows(text, parameters))
        except PolicygraphError as error:
            raise Unavailable(f"{copy.url}: {error}") from error
        finally:
            self._client.close()
        found = {row["g"].value: row["n"].value for row in rows if row["g"] and row["n"]}
        wanted = {iri: str(number) for iri, number in copy.triples.items()}
        if found.keys() - {copy.default} != wanted.keys() or not wanted.items() <= found.items():
            what = "another number of triples" if found else "not"
            raise BrokenInput(
                f"the release is {what} in {copy.url}: first run `policygraph publish --to URL`"
            )
        return sum(map(int, found.values())) - int(found.get(copy.default, 0))

    def run(self, query: Query, output: Output) -> None:
        """Answer as `Answering.run` says; raises NotSupported for what the server does not take."""
        try:
            self._run(query, output)
        except BaseException:
            self._client.close()  # the rest of an answer may be under way
            raise

    def _run(self, query: Query, output: Output) -> None:
        graphs = (query.default_graphs, query.named_graphs)
        reading = read(query.text, *graphs, self._base, self.outside)
        text = named_columns(reading.text, self._base)
        tokens = tokenize(Source(text).text)
        inert = federation.as_graphs(text, federation.clauses(tokens))
        try:
            columns = ox.Store().query(inert, base_iri=self._base)
        except SyntaxError as error:
            raise problem(query.text, error, self._base, reading.text) from error
        except (RuntimeError, ValueError) as error:
            raise NotSupported(str(error)) from error
        chosen = reading.graphs
        if chosen and len(set(chosen.default)) > 1:
            self._merged(chosen).run(query, output)
            return
        default, named = self._dataset(chosen)
        sent = translated(text, self._base, named, self._nowhere)
        for part in filter(None, [sent.text]):  # what another scanner would see is read as well
            if read(part, base=self._base, outside=self.outside).graphs:
                raise NotSupported("the word FROM cannot be told apart: put blanks between words")
        wanted = query.results if sent.form in ("SELECT", "ASK") else query.graph
        written = acceptable(wanted, sent.form)
        file = cast("IO[bytes]", output)
        parameters = [("default-graph-uri", default)]
        parameters += [("named-graph-uri", iri) for iri in sent.named]
        if sent.form in ("SELECT", "ASK"):
            answer = self._asked(sent.text, parameters)
            if sent.form == "ASK":
                answer = _boolean(answer)
            _check_columns(answer, columns)
            output.begin(sent.form, written)
            with _Whole():
                answer.serialize(file, format=RESULTS[written.name])
            return
        triples = self._triples(sent, parameters)
        output.begin(sent.form, written)
        write_graph(triples, written, prefixes(self._base) | declared(tokens), file)

    def _dataset(self, graphs: Graphs | None) -> tuple[str, Mapping[str, str]]:
        """Return the default graph there, and the named graphs that may be read."""
        copy = self._copy
        if graphs is None:
            return copy.default, copy.graphs
        default = [copy.graphs.get(iri, self._nowhere) for iri in graph_iris(graphs.default)]
        named = {iri: copy.graphs[iri] for iri in graph_iris(graphs.named) if iri in copy.graphs}
        return (default or [self._nowhere])[0], named

    def _merged(self, graphs: Graphs) -> Evaluator:
        """Return an evaluator of our own on the graphs of a query with several FROM.

        Servers differ in whether a triple that stands in two of them counts once.
        """
        store = ox.Store()
        for iri in {*graph_iris(graphs.default), *graph_iris(graphs.named)}:
            if there := self._copy.graphs.get(iri):
                text = f"SELECT ?s ?p ?o {{ GRAPH <{there}> {{ ?s ?p ?o }} }}"
                rows = self._rows(
                    text, [("default-graph-uri", self._nowhere), ("named-graph-uri", there)]
                )
                graph = ox.NamedNode(iri)
                store.extend(
                    ox.Quad(row["s"], row["p"], row["o"], graph)  # type: ignore[arg-type]
                    for row in rows
                )
        return Evaluator(Loaded(store, union=False, quads=len(store)), self._base)

    def _triples(self, sent: Translation, parameters: list[tuple[str, str]]) -> Iterator[ox.Triple]:
        if sent.template:
            return sent.template.filled(self._rows(sent.text, parameters))
        things = dict.fromkeys(sent.described)
        if sent.text:
            for row in self._rows(sent.text, parameters):
                things |= dict.fromkeys(t for t in row.values() if isinstance(t, ox.NamedNode))
        return self._described(list(things), parameters[0])

    def _described(
        self, things: list[ox.NamedNode], default: tuple[str, str]
    ) -> Iterator[ox.Triple]:
        """Yield what is said of things, and of blank nodes in that, as the own engine does."""
        seen = set()
        for start in range(0, len(things), _BATCH):
            values = " ".join(map(str, things[start : start + _BATCH]))
            text = (
                "SELECT ?s ?p ?o ?q ?r ?t ?u {"
                f" VALUES ?s {{ {values} }} ?s ?p ?o OPTIONAL {{ ?o ?q ?r FILTER ( isBlank(?o) )"
                " OPTIONAL { ?r ?t ?u FILTER ( isBlank(?r) ) } } }"
            )
            for row in self._rows(text, [default]):
                if isinstance(row["u"], ox.BlankNode):
                    raise NotSupported("what DESCRIBE would say has blank nodes in blank nodes")
                for s, p, o in (("s", "p", "o"), ("o", "q", "r"), ("r", "t", "u")):
                    if row[p] is not None:
                        triple = ox.Triple(row[s], row[p], row[o])  # type: ignore[arg-type]
                        if triple not in seen:
                            seen.add(triple)
                            yield triple

    def _rows(self, text: str, parameters: list[tuple[str, str]]) -> Iterator[Row]:
        answer = self._asked(text, parameters)
        if not isinstance(answer, ox.QuerySolutions):
            raise EvaluationCrashed("the server behind this endpoint answers with a boolean")
        names = [variable.value for variable in answer.variables]
        with _Whole():
            for solution in answer:
                yield {name: cast("Term | None", solution[name]) for name in names}

    def _asked(
        self, text: str, parameters: list[tuple[str, str]]
    ) -> ox.QuerySolutions | ox.QueryBoolean:
        """Return what the server answers, while it comes in."""
        if self._virtuoso:  # in milliseconds, at least 1000; it stops by itself then
            parameters = [*parameters, ("timeout", str(max(1000, int(self._copy.seconds * 1000))))]
        try:
            response = self._client.query(text, _JSON, parameters)
        except Unavailable as error:
            raise Unavailable(f"the server behind this endpoint fails: {error}") from error
        self._virtuoso = response.headers.get("Server", "").startswith("Virtuoso")
        _check(response)
        with _Whole():
            return ox.parse_query_results(
                cast("IO[bytes]", _Body(response, self._virtuoso)),  # it calls read only
                format=ox.QueryResultsFormat.JSON,
            )


def _is_ipv4(host: str) -> bool:
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def _check(response: http.client.HTTPResponse) -> None:
    """Raise unless a whole answer is to come."""
    headers, status = response.headers, response.status
    if limit := headers.get(_MAX_ROWS):
        raise NotSupported(
            f"the server behind this endpoint gives at most {limit} rows, and this answer has as "
            "many or more: ask for less, with LIMIT below that"
        )
    state = headers.get(_STATE, "")
    message = said(response) if status != 200 else headers.get("X-SQL-Message", "")
    if (state or status != 200) and _STOPPED.search(f"{state} {message}"):
        raise TimeLimitExceeded("the server behind this endpoint has stopped the query: ask for "
                                "less, or in parts")  # fmt: skip
    if status in (408, 504):
        raise TimeLimitExceeded("the server behind this endpoint has stopped the query")
    if status in (401, 403):
        raise Unavailable("the server behind this endpoint does not let us in")
    if status in (429, 503):
        raise Overloaded(f"the server behind this endpoint is busy: {message}")
    if 400 <= status < 500 and status not in (404, 405, 410):
        raise NotSupported(f"the server behind this endpoint does not take the query: {message}")
    if status != 200 or state:
        raise EvaluationCrashed(f"the server behind this endpoint fails: {message or state}")


def _boolean(answer: ox.QuerySolutions | ox.QueryBoolean) -> ox.QuerySolutions | ox.QueryBoolean:
    """Return the answer to an ASK; a Virtuoso with `CaseMode = 1` gives it as a row of a table."""
    if isinstance(answer, ox.QueryBoolean):
        return answer
    names = [variable.value for variable in answer.variables]
    if [name.lower() for name in names] != ["__ask_retval"]:
        return answer
    with _Whole():
        true = any(row[names[0]].value not in ("0", "false") for row in answer)
    return ox.parse_query_results(
        f'{{"head":{{}},"boolean":{str(true).lower()}}}', format=ox.QueryResultsFormat.JSON
    )


def _check_columns(
    answer: ox.QuerySolutions | ox.QueryBoolean,
    columns: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
) -> None:
    """Raise unless an answer is of the kind that was asked for, with the same columns."""
    if type(answer) is type(columns) and (
        isinstance(answer, ox.QueryBoolean)
        or (
            isinstance(columns, ox.QuerySolutions)
            and {v.value for v in answer.variables} == {v.value for v in columns.variables}
        )
    ):
        return
    raise EvaluationCrashed("the server behind this endpoint answers what was not asked")


class _Whole:
    """Turns a fault in an answer, found while it is read, into an error of ours."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, TimeoutError):
            raise TimeLimitExceeded("the server behind this endpoint does not go on") from error
        if isinstance(error, SyntaxError | http.client.HTTPException | ConnectionError):
            raise EvaluationCrashed(
                f"the server behind this endpoint broke its answer off ({error})"
            ) from error


class _Body:
    """The body of a response for the parser, with Virtuoso's spelling of terms put right.

    It writes a blank node as `nodeID://b10000`, which is no label of one, and a boolean of the data
    as 1 or 0. It writes each row on a line, and no string of JSON holds a line feed or a quote.
    """

    _FAULTS = (
        (re.compile(rb'("type": "bnode", "value": ")nodeID://'), rb"\1"),
        (re.compile(rb'(#boolean", "value": ")1"'), rb'\1true"'),
        (re.compile(rb'(#boolean", "value": ")0"'), rb'\1false"'),
    )

    def __init__(self, response: http.client.HTTPResponse, virtuoso: bool) -> None:
        self._response = response
        self._virtuoso = virtuoso
        self._rest = b""
        self._ready = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes; none at the end of a whole body."""
        while True:
            if data := self._ready.read(size):
                return data
            part = self._response.read1(_PART)
            if not part:
                if self._response.length:  # the connection ended before
                    raise http.client.IncompleteRead(b"", self._response.length)
                part, self._rest = self._rest, b""
                if not part:
                    return b""
            elif self._virtuoso:
                whole, feed, rest = (self._rest + part).rpartition(b"\n")
                part, self._rest = whole + feed, rest
            self._ready = io.BytesIO(self._mended(part))

    def _mended(self, part: bytes) -> bytes:
        if self._virtuoso:
            for fault, right in self._FAULTS:
                part = fault.sub(right, part)
        return part

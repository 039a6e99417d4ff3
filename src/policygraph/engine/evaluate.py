"""A query and a store in, serialised bytes out. No process, no limit: those are around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Protocol, cast

import pyoxigraph as ox

from policygraph.engine.columns import named_columns
from policygraph.engine.disk import DiskStore
from policygraph.engine.federation import Outside
from policygraph.engine.loading import Loaded
from policygraph.engine.planning import planned
from policygraph.engine.query import Form, Query
from policygraph.engine.reading import Graphs, problem, read
from policygraph.engine.tokens import Source, body, declared, tokenize
from policygraph.errors import BrokenInput, EvaluationCrashed, NotAcceptable, NotSupported
from policygraph.formats import RESULT_FORMATS, Format
from policygraph.namespaces import BASE, prefixes

_LOOKED_AT = 2_000
"""Triples that are read ahead to see which prefixes a graph needs."""
_KEPT_UNION = 100_000
"""Quads up to which a merged dataset is kept for the next query that asks for the same."""


RESULTS = {
    form.name: ox.QueryResultsFormat.from_media_type(form.media_type) for form in RESULT_FORMATS
}


class Output(Protocol):
    """Where an answer goes."""

    def begin(self, form: Form, chosen: Format) -> None:
        """Take what the answer is; called once, before the first byte."""

    def write(self, data: bytes) -> int:
        """Take bytes; return how many."""

    def flush(self) -> None:
        """Called by the serialiser; nothing has to happen."""


class Answering(Protocol):
    """What answers queries in a worker: a store, or a server that others run (`foreign`)."""

    outside: Outside
    """What SERVICE may call."""
    folder: Path | None
    """Where it opens files when a query needs them; it has to be opened first."""
    port: int
    """Of the server that it asks, over TCP; 0 if it asks none."""
    confined: bool
    """The kernel may keep it from all other files and ports."""

    def open(self) -> None:
        """Open what a fork cannot share, in the process that is to answer."""

    def run(self, query: Query, output: Output) -> None:
        """Evaluate `query` and write the whole answer to `output`.

        Raises SyntaxProblem, Refused or NotAcceptable before anything is written;
        Unavailable, for what the evaluation itself runs into, perhaps after.
        """


class Evaluator:
    """Answers queries from one store; one on disk has to be opened first."""

    def __init__(self, data: Loaded | DiskStore, base: str = BASE) -> None:
        self.disk = data if isinstance(data, DiskStore) else None
        self.folder = self.disk.folder if self.disk else None
        self.port = 0
        self.confined = self.folder is not None
        if isinstance(data, Loaded):
            self._loaded = data
        self._base = base
        self._kept: tuple[Graphs, ox.Store] | None = None
        self.outside = Outside()
        """What SERVICE may call."""

    def open(self) -> None:
        """Open the store on disk, in the process that is to read it."""
        if self.disk:
            self._loaded = self.disk.opened()

    def run(self, query: Query, output: Output) -> None:
        """Evaluate `query` and write the whole answer to `output`.

        Raises SyntaxProblem, Refused or NotAcceptable before anything is written;
        EvaluationCrashed, for what the evaluation itself runs into, perhaps after.
        """
        graphs = (query.default_graphs, query.named_graphs)
        reading = read(query.text, *graphs, self._base, self.outside)
        try:
            text = named_columns(reading.text, self._base)
            answer = self._ask(text, reading.graphs)
            self._write(answer, query, output)
        except SyntaxError as error:
            raise problem(query.text, error, self._base, reading.text) from error
        except (RuntimeError, ValueError) as error:
            if "not supported" in str(error):
                raise NotSupported(str(error)) from error
            raise EvaluationCrashed(str(error)) from error

    def _ask(
        self, text: str, graphs: Graphs | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        store, union, base = self._loaded.store, self._loaded.union, self._base
        if graphs is None:
            better = planned(text, self._loaded.statistics)
            try:
                return store.query(better, base_iri=base, use_default_graph_as_union=union)
            except SyntaxError:
                pass  # that is told of the text as it was
            return store.query(text, base_iri=base, use_default_graph_as_union=union)
        default = [ox.NamedNode(iri) for iri in graph_iris(graphs.default)]
        named = [ox.NamedNode(iri) for iri in graph_iris(graphs.named)]
        if len(default) <= 1:
            return store.query(
                text, base_iri=base, default_graph=list(default), named_graphs=list(named)
            )
        return self._merged(graphs, default, named).query(text, base_iri=base)

    def _merged(
        self, graphs: Graphs, default: list[ox.NamedNode], named: list[ox.NamedNode]
    ) -> ox.Store:
        """Return a store whose default graph is the set union of `default`.

        pyoxigraph takes several default graphs too, but gives a triple that stands in two twice,
        and looks into one after the other for every pattern.
        """
        if self._kept and self._kept[0] == graphs:
            return self._kept[1]
        store = ox.Store()
        for graph in default:
            found = self._loaded.store.quads_for_pattern(None, None, None, graph)
            store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in found)
        for graph in named:
            store.add_graph(graph)
            store.extend(self._loaded.store.quads_for_pattern(None, None, None, graph))
        self._kept = (graphs, store) if len(store) <= _KEPT_UNION else None
        return store

    def _write(
        self,
        answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
        query: Query,
        output: Output,
    ) -> None:
        file = cast("IO[bytes]", output)  # pyoxigraph calls write and flush only
        if isinstance(answer, ox.QueryTriples):
            tokens = tokenize(Source(query.text).text)
            form: Form = "DESCRIBE" if body(tokens)[0].keyword == "DESCRIBE" else "CONSTRUCT"
            chosen = acceptable(query.graph, form)
            output.begin(form, chosen)
            write_graph(answer, chosen, prefixes(self._base) | declared(tokens), file)
            return
        form = "ASK" if isinstance(answer, ox.QueryBoolean) else "SELECT"
        chosen = acceptable(query.results, form)
        output.begin(form, chosen)
        answer.serialize(file, format=RESULTS[chosen.name])


def write_graph(
    triples: Iterable[ox.Triple], chosen: Format, known: dict[str, str], file: IO[bytes]
) -> None:
    """Write triples as they come; a text for people gets those of the `known` prefixes it needs."""
    rdf_format = ox.RdfFormat.from_media_type(chosen.media_type)
    if chosen.name not in ("ttl", "trig", "rdf"):
        if isinstance(triples, ox.QueryTriples):
            triples.serialize(file, format=rdf_format)  # in native code
        else:
            ox.serialize(triples, file, rdf_format)
        return
    rest = iter(triples)
    first = list(islice(rest, _LOOKED_AT))
    stream = chain(first, rest) if len(first) == _LOOKED_AT else first
    ox.serialize(stream, file, rdf_format, prefixes=_used(known, first))


def graph_iris(graphs: tuple[str, ...]) -> Iterator[str]:
    """Yield the graphs that a query asks for, each once; BrokenInput for what is no IRI."""
    for graph in dict.fromkeys(graphs):
        try:
            ox.NamedNode(graph)
        except ValueError as error:
            raise BrokenInput(f"{graph!r} is not the IRI of a graph: {error}") from error
        yield graph


def acceptable(chosen: Format | None, form: Form) -> Format:
    """Return the format to write an answer in; NotAcceptable if the client takes none."""
    if chosen is None:
        what = "graph" if form in ("CONSTRUCT", "DESCRIBE") else "table of results"
        raise NotAcceptable(f"the answer to {form} is a {what}, in none of the accepted formats")
    return chosen


def _used(known: dict[str, str], triples: Iterable[ox.Triple]) -> dict[str, str]:
    """Return the prefixes that shorten an IRI of the triples, the longest namespaces first."""
    iris = set()
    for triple in triples:
        for term in triple:
            if isinstance(term, ox.NamedNode):
                iris.add(term.value)
            elif isinstance(term, ox.Literal):
                iris.add(term.datatype.value)
    spaces = {_space(iri) for iri in iris}
    return {name: iri for name, iri in known.items() if iri in spaces}


def _space(iri: str) -> str:
    """Return the IRI up to its last # or /."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]

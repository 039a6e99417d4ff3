"""Files in, a store out: named graphs, and a default graph that holds every triple once."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from policygraph.engine.query import Dataset
from policygraph.errors import BrokenInput, Place, SyntaxProblem
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, named

if TYPE_CHECKING:
    from typing_extensions import Buffer  # in collections.abc from Python 3.12 on

Progress = Callable[[int, int], None]

_PART = 50_000
"""Quads that are added at a time; more would not be quicker."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store, and how a query without a dataset reads it."""

    store: ox.Store
    union: bool
    """The default graph is the union of all graphs, which share no triple; else it stands merged
    in the store beside the named graphs."""
    quads: int


class MoreQuads(Exception):
    """There are more quads than were to be loaded."""


def load(dataset: Dataset, progress: Progress | None = None, most: int | None = None) -> Loaded:
    """Return the files of `dataset` in memory; `progress` gets bytes read and bytes in all.

    Raises what `quads` raises, and MoreQuads as soon as there are more than `most`.
    """
    store = ox.Store()
    read = 0
    source = quads(dataset, progress)
    while part := list(islice(source, _PART)):
        store.extend(part)
        read += len(part)
        if most is not None and read > most and len(store) > most:
            raise MoreQuads
    count = len(store)
    union = not dataset.apart and _share_no_triple(store)
    if not union:
        _merge(store, dataset.apart)
    return Loaded(store, union, count)


def quads(dataset: Dataset, progress: Progress | None = None) -> Iterator[ox.Quad]:
    """Yield what the files of `dataset` say; blank nodes of each get names of their own.

    Raises BrokenInput for a file that cannot be read or has an unknown suffix, SyntaxProblem with
    file, line and column for one that is broken.
    """
    total = sum(_size(path) for path in dataset.files)
    done = 0
    for path in dataset.files:
        yield from _quads_of(path, _Counted(done, total, progress))
        done += _size(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise BrokenInput(f"{path} cannot be read: {error.strerror}") from error


class _Counted:
    """Reports how much of all files has been read."""

    def __init__(self, before: int, total: int, progress: Progress | None) -> None:
        self._done = before
        self._total = total
        self._progress = progress

    @contextmanager
    def opened(self, path: Path) -> Iterator[IO[bytes]]:
        """Open the file for reading: counted as it lies on disk, unpacked if it ends in .gz."""
        with io.BufferedReader(_Reader(path, self._read), buffer_size=1 << 20) as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield cast("IO[bytes]", unpacked)
            else:
                yield cast("IO[bytes]", raw)

    def _read(self, count: int) -> None:
        self._done += count
        if self._progress:
            self._progress(self._done, self._total)


class _Reader(io.FileIO):
    """A file that tells how many bytes each read gave."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        super().__init__(path)
        self._told = told

    def readinto(self, buffer: Buffer) -> int | None:
        count = super().readinto(buffer)
        self._told(count or 0)
        return count


def _quads_of(path: Path, counted: _Counted) -> Iterator[ox.Quad]:
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    form = named(suffix.lstrip("."), GRAPH_FORMATS + DATASET_FORMATS)
    parser = ox.RdfFormat.from_media_type(form.media_type) if form else None
    if parser is None:
        raise BrokenInput(
            f"{path}: unknown suffix {suffix!r}; known are .nq .trig .nt .ttl .rdf .jsonld, "
            "each also .gz"
        )
    try:
        with counted.opened(path) as file:
            yield from ox.parse(file, parser, rename_blank_nodes=True)
    except SyntaxError as error:
        where = Place(error.lineno or 1, error.offset or 1, path)
        raise SyntaxProblem(str(error.msg), where) from error
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise BrokenInput(f"{path} cannot be read: {error}") from error


def _share_no_triple(store: ox.Store) -> bool:
    """Say whether every triple stands in one graph only.

    A union of such graphs needs no copy. Looking costs memory that Python would not give back, so
    a fork looks. It compares hashes: a chance collision costs a copy that was not needed.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            seen = {hash(quad.triple) for quad in store}
            code = 0 if len(seen) == len(store) else 1
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def _merge(store: ox.Store, apart: Iterable[str]) -> None:
    """Add every named graph but those `apart` to the default graph."""
    left_out = set(apart)
    for graph in list(store.named_graphs()):
        if graph.value in left_out:
            continue
        if isinstance(graph, ox.NamedNode):
            store.update(f"ADD {graph} TO DEFAULT")  # in native code; a loop here takes longer
        else:
            store.extend(_in_default(store.quads_for_pattern(None, None, None, graph)))


def _in_default(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    return [ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads]

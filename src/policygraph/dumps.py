"""Read RDF files of any format, each also packed with gzip, one quad after another."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from policygraph.errors import BrokenInput, Place, SyntaxProblem
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, named

if TYPE_CHECKING:
    from typing_extensions import Buffer  # in collections.abc from Python 3.12 on

Progress = Callable[[int, int], None]
"""Told of bytes read, and of bytes in all."""


def quads(files: Sequence[Path], progress: Progress | None = None) -> Iterator[ox.Quad]:
    """Yield what RDF files say; blank nodes of each get names of their own.

    `progress` gets bytes read and bytes in all. Raises BrokenInput for a file that cannot be read
    or has an unknown suffix, SyntaxProblem with file, line and column for one that is broken.
    """
    total = sum(_size(path) for path in files)
    done = 0
    for path in files:
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

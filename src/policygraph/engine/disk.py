"""A store on disk: made of a dataset once, found again at the next start.

It stands in the cache folder as `stores/KEY`; the key tells files, their sizes and times, and the
program that wrote it. It is written under another name and renamed when it is complete. Who uses
a store holds a lock on its folder, so that `clean` leaves it alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from policygraph.caches import cache_folder
from policygraph.engine.loading import Loaded, Progress, quads
from policygraph.engine.query import Dataset
from policygraph.engine.statistics import Counts, Statistics, counted_in_order
from policygraph.errors import BrokenInput

_LAYOUT = 2
"""To be raised when `build` writes something else than before."""
_ABOUT = "about.json"
_COUNTS = "counts.json"
_STORE = "store"


@dataclass(frozen=True, slots=True)
class DiskStore:
    """A store on disk that is in use by this process, until it ends."""

    folder: Path
    quads: int
    statistics: Statistics
    lock: int
    """A file descriptor."""

    def opened(self) -> Loaded:
        """Return the store, for reading only. It starts threads: fork before, not after."""
        store = ox.Store.read_only(str(self.folder / _STORE))
        return Loaded(store, union=False, quads=self.quads, statistics=self.statistics)


def find(dataset: Dataset) -> DiskStore | None:
    """Return the store of a dataset as its files are now; None if there is none yet."""
    if not _folder().is_dir():
        return None
    with _alone() as stores:
        folder = stores / _key(_stamp(dataset))
        about = _about(folder)
        if not about:
            return None
        return DiskStore(folder, about["quads"], _counts(folder), _lock(folder))


def build(dataset: Dataset, progress: Progress | None = None) -> None:
    """Write the store of a dataset, and take away those that nobody can use any more.

    Starts threads, and takes some 2.5 GB of memory however much there is to write: a process of its
    own should do it. Raises what `loading.quads` raises, and BrokenInput where it cannot write.
    """
    stamp = _stamp(dataset)
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with _alone() as stores:
            _clean(stores)
            folder = Path(tempfile.mkdtemp(prefix=_key(stamp) + ".", dir=stores))
            lock = _lock(folder)
        try:
            count, statistics = _fill(folder / _STORE, dataset, progress)
            counts = {
                iri: [each.triples, each.values] for iri, each in statistics.predicates.items()
            }
            _write(folder / _COUNTS, counts)
            _write(folder / _ABOUT, {"stamp": stamp, "quads": count})
            with _alone():
                target = stores / _key(stamp)
                if not _about(target):  # else another process was as quick
                    shutil.rmtree(target, ignore_errors=True)
                    folder.rename(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
    except OSError as error:
        raise BrokenInput(f"no store can be written in {_folder()}: {error}") from error


def _fill(folder: Path, dataset: Dataset, progress: Progress | None) -> tuple[int, Statistics]:
    """Write every quad, and every triple of a graph that is not apart to the default graph too.

    A key is written once, so that the default graph is a set. Returns how many quads the dataset
    has, and what there is in the default graph.
    """
    store = ox.Store(str(folder))
    own = 0

    def both() -> Iterator[ox.Quad]:
        nonlocal own
        for quad in quads(dataset, progress):
            yield quad
            if isinstance(quad.graph_name, ox.DefaultGraph):
                own += 1
            elif quad.graph_name.value not in dataset.apart:
                yield ox.Quad(quad.subject, quad.predicate, quad.object)

    store.bulk_extend(both())
    store.optimize()
    store.flush()
    statistics = counted_in_order(store)
    merged = sum(counts.triples for counts in statistics.predicates.values())
    return len(store) - merged + min(own, merged), statistics


def _stamp(dataset: Dataset) -> dict[str, Any]:
    """Return what a store depends on; BrokenInput for a file that cannot be found."""
    return _stamped(
        [str(file.absolute()) for file in dataset.files], sorted(dataset.apart), dataset.identity
    )


def _stamped(files: list[str], apart: list[str], identity: str) -> dict[str, Any]:
    try:
        states = [Path(file).stat() for file in files]
    except OSError as error:
        raise BrokenInput(f"{error.filename} cannot be read: {error.strerror}") from error
    return {
        "files": files,
        "states": [[state.st_size, state.st_mtime_ns] for state in states],
        "apart": apart,
        "identity": identity,
        "program": [_LAYOUT, ox.__version__],
    }


def _key(stamp: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(stamp).encode()).hexdigest()[:32]


def _folder() -> Path:
    return cache_folder() / "stores"


@contextmanager
def _alone() -> Iterator[Path]:
    """Keep every other process from finding, renaming and cleaning for a moment."""
    folder = _folder()
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(descriptor)


def _lock(folder: Path) -> int:
    """Return a file descriptor; `_clean` leaves the folder alone until it is closed."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _clean(stores: Path) -> None:
    """Remove what is incomplete, and what was made of files that have changed or gone."""
    for folder in stores.iterdir():
        about = _about(folder)
        if about and _is_current(about["stamp"]):
            continue
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # in use
        finally:
            os.close(descriptor)


def _is_current(stamp: dict[str, Any]) -> bool:
    try:
        return _stamped(stamp["files"], stamp["apart"], stamp["identity"]) == stamp
    except BrokenInput:
        return False


def _about(folder: Path) -> dict[str, Any] | None:
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_bytes())
    except (OSError, ValueError):
        return None
    return about


def _counts(folder: Path) -> Statistics:
    counts = json.loads((folder / _COUNTS).read_bytes())
    return Statistics({iri: Counts(triples, each) for iri, (triples, each) in counts.items()})


def _write(path: Path, about: dict[str, Any]) -> None:
    with path.open("w") as file:
        json.dump(about, file)
        file.flush()
        os.fsync(file.fileno())

"""Read a release: the immutable folder that a build makes and a server serves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from policygraph.errors import BrokenInput
from policygraph.settings import Backend, Limits, Portal
from policygraph.sources import digest
from policygraph.urls import Urls

MANIFEST = "manifest.json"
DOWNLOADS = "download"


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file that people can download."""

    name: str
    """Path below `/download/`, such as "policygraph.ttl.gz"."""
    size: int
    """In bytes."""
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk, or somebody else's dump that is served as it is.

    A mirrored dump has `data`, the files it was given, and no downloads of its own.
    """

    path: Path
    hash: str
    """SHA-256 of the content: every graph but `meta`, as sorted N-Quads."""
    portal: Portal
    graphs: Mapping[str, int] = field(default_factory=dict)
    """Slug of a named graph to its number of triples."""
    files: Mapping[str, ReleaseFile] = field(default_factory=dict)
    data: tuple[Path, ...] = ()

    @property
    def id(self) -> str:
        """The name of the release: the first 16 digits of its hash."""
        return self.hash[:16]

    @property
    def moment(self) -> datetime:
        """The portal's date as a moment, 1970 where it is no date; a release has no other clock."""
        try:
            moment = datetime.fromisoformat(self.portal.date)
        except ValueError:
            moment = datetime(1970, 1, 1, tzinfo=UTC)
        return moment.replace(tzinfo=UTC)

    @property
    def edition(self) -> str:
        """What tells it from a release of the same content with another `meta`.

        Copies elsewhere are named by it.
        """
        whole = self.files.get("policygraph.nq")
        return f"{self.id}-{whole.sha256[:8]}" if whole else self.id

    @property
    def urls(self) -> Urls:
        """Addresses below this release's base."""
        return Urls(self.portal.base)

    @property
    def dataset(self) -> tuple[Path, ...]:
        """The files that an engine loads."""
        return self.data or (self.file("policygraph.nq"),)

    @property
    def apart(self) -> frozenset[str]:
        """The named graphs that are not part of the default graph."""
        return frozenset() if self.data else frozenset({self.portal.base + "graph/shapes"})

    def file(self, name: str) -> Path:
        """Return where a download stands on disk."""
        return self.path / DOWNLOADS / name

    def describes(self, iri: str) -> bool:
        """Whether something is said of an IRI in the default graph.

        No engine is needed: N-Triples are canonical, hence sorted, so a few lines tell.
        """
        subject = f"<{iri}> ".encode()
        with (
            self.file("policygraph.nt").open("rb") as file,
            mmap(file.fileno(), 0, access=ACCESS_READ) as lines,
        ):
            low, high = 0, len(lines)  # each where a line begins, or the end
            while low < high:
                middle = (low + high) // 2
                start = max(low, lines.rfind(b"\n", low, middle) + 1)
                found = lines[start : start + len(subject)]
                if found == subject:
                    return True
                if found < subject:
                    low = lines.find(b"\n", start) + 1
                else:
                    high = start
        return False

    def manifest(self) -> dict[str, Any]:
        """Return the manifest as JSON values."""
        portal = asdict(self.portal)
        if not self.portal.engine.url:
            del portal["engine"]
        return {
            "id": self.id,
            "hash": self.hash,
            "portal": portal,
            "graphs": dict(sorted(self.graphs.items())),
            "files": [asdict(self.files[name]) for name in sorted(self.files)],
        }


def open_release(path: Path) -> Release:
    """Return the release in a folder; BrokenInput where it is none, or is damaged."""
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        portal = manifest["portal"]
        # Another version of the program may know other limits.
        known = {limit.name for limit in fields(Limits)}
        chosen = {name: v for name, v in portal.pop("limits").items() if name in known}
        limits = Limits(**_tuples(chosen))
        backend = Backend(**portal.pop("engine", {}))
        release = Release(
            path=path,
            hash=manifest["hash"],
            portal=Portal(**_tuples(portal), limits=limits, engine=backend),
            graphs=manifest["graphs"],
            files={file["name"]: ReleaseFile(**file) for file in manifest["files"]},
        )
    except FileNotFoundError as error:
        raise BrokenInput(
            f"{path} is not a release: it has no {MANIFEST} (make one with `policygraph build`)"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenInput(f"{path / MANIFEST} is damaged ({error}): build again") from error
    for file in release.files.values():
        stored = release.file(file.name)
        if not stored.is_file() or stored.stat().st_size != file.size:
            raise BrokenInput(f"{stored} is missing or has another size: build again")
    return release


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}


def mirror(files: Iterable[Path], portal: Portal) -> Release:
    """Return a stand-in for a release that serves RDF files of somebody else as they are."""
    data = tuple(files)
    parts = []
    for path in data:
        if not path.is_file():
            raise BrokenInput(f"{path} does not exist")
        stat = path.stat()
        parts.append(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode())
    return Release(path=Path(), hash=digest(*parts), portal=portal, data=data)

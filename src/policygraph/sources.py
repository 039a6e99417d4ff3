"""Find a portal and its files, and say which file fills which named graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policygraph.errors import BrokenInput
from policygraph.settings import CONFIG_NAME, Portal, read_portal

FOLDERS = ("ontology", "data", "shapes", "queries")
"""A folder that holds these is a portal."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Turtle file of a portal, with the named graph that it fills."""

    path: Path
    name: str
    """The path inside the portal, with slashes."""
    graph: str
    """The slug of the graph."""

    def read(self) -> bytes:
        """Return the file's bytes; BrokenInput where it cannot be read."""
        return read_bytes(self.path)


@dataclass(frozen=True, slots=True)
class Sources:
    """A portal on disk."""

    root: Path
    portal: Portal

    def turtle_files(self) -> list[SourceFile]:
        """Return every Turtle file that goes into a release, in a fixed order."""
        return sorted(self._find(), key=lambda file: file.name)

    def _find(self) -> Iterator[SourceFile]:
        for folder in ("ontology", "data", "shapes"):
            for path in (self.root / folder).rglob("*.ttl"):
                inside = path.relative_to(self.root)
                if inside.parts[:2] != ("shapes", "examples"):
                    yield SourceFile(path, inside.as_posix(), graph_of(inside))

    def example_files(self) -> list[Path]:
        """Return the example files of the shapes, in a fixed order."""
        return sorted((self.root / "shapes" / "examples").rglob("*.ttl"))

    def query_files(self) -> list[Path]:
        """Return the catalogue's query files, in a fixed order."""
        return sorted((self.root / "queries").rglob("*.rq"))

    def headings_files(self) -> list[Path]:
        """Return the file of headings that the catalogue's queries share, if there is one."""
        return sorted((self.root / "queries").glob("columns.toml"))


def graph_of(inside: Path) -> str:
    """Return the slug of the graph that a file fills, from its path inside the portal.

    A policy has a graph of its own; the other files fill the graph of their folder.
    """
    if inside.parts[0] == "data":
        return inside.stem if inside.parts[1] == "policies" or len(inside.parts) == 2 else (
            inside.parts[1])  # fmt: skip
    return inside.parts[0]


def find_portal(chosen: Path | None = None) -> Sources:
    """Return the portal at `chosen`, else in the current folder, else the one shipped with us."""
    if chosen is not None:
        missing = [name for name in FOLDERS if not (chosen / name).is_dir()]
        if missing:
            raise BrokenInput(
                f"{chosen} is not a portal: it has no folder {' or '.join(missing)} "
                f"(a portal holds {', '.join(FOLDERS)})"
            )
        return _open(chosen)
    here = Path.cwd()
    return _open(here if all((here / name).is_dir() for name in FOLDERS) else shipped_portal())


def _open(root: Path) -> Sources:
    return Sources(root, read_portal(root / CONFIG_NAME))


def shipped_portal() -> Path:
    """Return the portal inside the installed package, or the checkout of an editable install."""
    package = Path(__file__).resolve().parent
    for root in (package / "portal", package.parent.parent):
        if all((root / name).is_dir() for name in FOLDERS):
            return root
    raise BrokenInput("no portal here: name one with --portal DIR")


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; BrokenInput says in words why it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BrokenInput(f"{path} does not exist") from error
    except OSError as error:
        raise BrokenInput(f"{path} cannot be read: {error.strerror}") from error


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of the parts, each kept apart from the next, in hexadecimal."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()

"""The folder of kept releases, in the order of their own clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from policygraph.errors import BrokenInput
from policygraph.release import MANIFEST, Release, open_release

_NUMBER = re.compile(r"([0-9]+)")

Order = tuple[str, tuple[str | int, ...], int, str]
_State = tuple[int, int, int]
"""Inode and times of a manifest, of its status and its content: another one has others."""


class Shelf:
    """A folder that holds releases, looked at anew whenever it is asked.

    It is the folder that `policygraph build --out` writes into. What a release is called counts,
    not what its folder is called: a link `current` beside it is the same release. A folder that is
    no whole release is left out, and named in `damaged`. Of several folders with the same release
    the newest version counts.
    """

    def __init__(self, folder: Path, base: str | None = None) -> None:
        self.folder = folder
        self._base = base
        """Only releases of the portal with this base; a cache may hold those of several."""
        self._opened: dict[Path, tuple[_State, Release]] = {}
        self._damaged: dict[Path, str] = {}

    @property
    def damaged(self) -> Mapping[Path, str]:
        """What is wrong with the folders that the last look left out."""
        return self._damaged

    def releases(self) -> tuple[Release, ...]:
        """Return the kept releases, oldest to newest; BrokenInput if the folder cannot be read.

        They go by the portal's date, then by its version, number by number (0.10 follows 0.9).
        Where both are the same, as while somebody edits, the one written later follows, and the
        id settles what is left: such releases are drafts of one version.
        """
        found: dict[str, tuple[Order, Release]] = {}
        opened = {}
        self._damaged = {}
        try:
            folders = sorted(p for p in self.folder.iterdir() if not p.name.startswith("."))
        except OSError as error:
            raise BrokenInput(f"{self.folder} cannot be read ({error.strerror})") from error
        for folder in folders:
            if not folder.is_dir():
                continue
            try:
                state, release = opened[folder] = self._open(folder)
            except BrokenInput as error:
                self._damaged[folder] = str(error)
                continue
            if self._base in (None, release.portal.base):
                order, known = _order(release, state), found.get(release.id)
                if known is None or order[:2] > known[0][:2]:
                    found[release.id] = order, release
        self._opened = opened
        return tuple(release for _, release in sorted(found.values(), key=lambda pair: pair[0]))

    def find(self, id_: str) -> Release | None:
        """Return the kept release with this id, in full: what is cited has one address."""
        return next((release for release in self.releases() if release.id == id_), None)

    def _open(self, folder: Path) -> tuple[_State, Release]:
        """Return a release, read once; what is not whole is read again, since it may be soon.

        It has the path that a link leads to now, which will lead elsewhere while it is served.
        """
        try:
            stat = (folder / MANIFEST).stat()
        except OSError:
            return (0, 0, 0), open_release(folder)
        state = (stat.st_ino, stat.st_ctime_ns, stat.st_mtime_ns)
        known = self._opened.get(folder)
        return known if known and known[0] == state else (state, open_release(folder.resolve()))


def _order(release: Release, state: _State) -> Order:
    portal = release.portal
    parts = _NUMBER.split(portal.version)  # text and numbers in turn
    version = tuple(int(part) if at % 2 else part for at, part in enumerate(parts))
    return portal.date, version, state[2], release.id

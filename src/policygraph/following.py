"""Which release a server begins with, and which one it finds later in its place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from policygraph.errors import BrokenInput
from policygraph.release import MANIFEST, Release, open_release
from policygraph.shelf import Shelf
from policygraph.sources import find_portal

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Followed:
    """A release, the shelf that it stands on, and what finds its successor."""

    release: Release
    shelf: Shelf | None
    find: Callable[[bool], Release | None]
    """Returns what should be served, or None for what is; True says that somebody asked."""


def follow(
    portal: Path | None,
    folder: Path | None,
    dumps: tuple[Path, ...],
    opened: Callable[[], Release],
    report: Report,
) -> Followed:
    """Return what to serve; `opened` gives the one release that the call names, if it names one."""
    if folder and not (folder / MANIFEST).exists():
        follower = Follower(Shelf(folder), report)
        return Followed(follower.newest(), follower.shelf, follower)
    if dumps:
        return Followed(opened(), None, lambda asked: opened() if asked else None)

    def found() -> Release:
        release = opened()  # by a link perhaps, which will lead elsewhere while this is served
        return replace(release, path=release.path.resolve())

    release = found()
    shelf = Shelf(release.path.parent, release.portal.base)
    if folder:
        return Followed(release, shelf, lambda asked: found() if asked else None)
    root = find_portal(portal).root
    return Followed(release, shelf, lambda asked: _built_again(root) if asked else None)


def _built_again(portal: Path) -> Release:
    """Build a portal in a process of its own, so that the server goes on; it reports itself."""
    command = [sys.executable, "-P", "-m", "policygraph", "build", "--portal", str(portal)]
    made = subprocess.run(  # noqa: S603  (our own program)
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if made.returncode:
        raise BrokenInput(f"{portal} gave no release")
    return open_release(Path(made.stdout.strip()).resolve())


class Follower:
    """Finds the newest release of a shelf, and reports what is damaged there.

    What is being copied looks damaged for a while, each time in another way; so only what is
    still wrong in the same way at the next look is reported, and once.
    """

    def __init__(self, shelf: Shelf, report: Report) -> None:
        self.shelf = shelf
        self._report = report
        self._seen: dict[Path, str] = {}
        self._told: dict[Path, str] = {}

    def newest(self) -> Release:
        """Return the newest release; BrokenInput where there is none."""
        releases = self.shelf.releases()
        if not releases:
            wrong = "; ".join(self.shelf.damaged.values())
            raise BrokenInput(
                f"{self.shelf.folder} holds no release"
                + (f": {wrong}" if wrong else " (make one with `policygraph build --out`)")
            )
        return releases[-1]

    def __call__(self, asked: bool) -> Release | None:
        """Return the newest release; somebody who `asked` is told at once what is wrong."""
        newest = self.newest()
        for folder, wrong in self.shelf.damaged.items():
            again = asked or self._seen.get(folder) == wrong
            if again and (asked or self._told.get(folder) != wrong):
                self._told[folder] = wrong
                self._report(wrong)
        self._seen = dict(self.shelf.damaged)
        return newest

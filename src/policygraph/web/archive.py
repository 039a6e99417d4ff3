"""What a server knows of the releases that it keeps beside the one that it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from policygraph.release import Release
from policygraph.shelf import Shelf


class Differences(Protocol):
    """Tells what changed between two kept releases, as `policygraph diff` does."""

    async def __call__(self, old: Release, new: Release, format_: str, language: str) -> bytes:
        """Return the report as `json` or `turtle`; Unavailable where it cannot be made now."""


@dataclass(slots=True)
class Archive:
    """The kept releases of a server, the one that is current, and how they differ.

    There is one for all sites of a server, so that the pages of an old release know the current.
    """

    shelf: Shelf
    current: Release
    differences: Differences

    def before(self, release: Release) -> Release | None:
        """Return the kept release that came before another; None if there is none."""
        older = None
        for kept in self.shelf.releases():
            if kept.id == release.id:
                return older
            older = kept
        return None

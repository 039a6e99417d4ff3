"""Kept releases as a stream of changes: which named graphs are another one in each release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policygraph.release import Release, ReleaseFile

LEFT_OUT = frozenset({"inferred", "meta", "shapes"})
"""Graphs that no follower needs: what follows from the others, and what only the portal needs."""


@dataclass(frozen=True, slots=True)
class Version:
    """A named graph as it is in one release."""

    slug: str
    file: ReleaseFile | None
    """Its content as N-Triples; None where the release no longer has this graph."""


@dataclass(frozen=True, slots=True)
class Step:
    """A kept release, and the graphs that are not what they were in the one before it."""

    release: Release
    previous: Release | None
    """None for the oldest release that is kept: then every graph is a change."""
    moment: datetime
    """When its graphs count as issued; each step has a later moment than the one before it."""
    versions: tuple[Version, ...]

    @property
    def name(self) -> str:
        """What tells this step from all others, and says all that its content depends on.

        A release may come twice, where one goes back to what was; then the time differs.
        """
        ids = f"{self.previous.id}..{self.release.id}" if self.previous else self.release.id
        return f"{self.moment:%Y%m%dT%H%M%SZ}/{ids}"


def steps(releases: Sequence[Release]) -> tuple[Step, ...]:
    """Return a step for each of the releases, which come oldest to newest.

    Releases of one date follow each other by a second, since a follower orders by time alone.
    """
    found: list[Step] = []
    for release in releases:
        last = found[-1] if found else None
        moment = release.moment
        if last:
            moment = max(moment, last.moment + timedelta(seconds=1))
        previous = last.release if last else None
        found.append(Step(release, previous, moment, _changes(previous, release)))
    return tuple(found)


def _changes(old: Release | None, new: Release) -> tuple[Version, ...]:
    """Return the graphs that differ: N-Triples are canonical, so their checksums tell."""
    before, after = _contents(old) if old else {}, _contents(new)
    return tuple(
        Version(slug, after.get(slug))
        for slug in sorted({*before, *after})
        if _checksum(before.get(slug)) != _checksum(after.get(slug))
    )


def _contents(release: Release) -> Mapping[str, ReleaseFile]:
    files = {slug: release.files.get(f"{slug}.nt") for slug in release.graphs}
    return {slug: file for slug, file in files.items() if file and slug not in LEFT_OUT}


def _checksum(file: ReleaseFile | None) -> str:
    return file.sha256 if file else ""

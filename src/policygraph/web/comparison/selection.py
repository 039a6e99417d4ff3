"""What a reader chose to compare, read from an address and written into one.

The address is the whole state: the page, its table and its picture, and the queries behind them are
made from it alone. What is left out or does not apply is never written, so each state has one
address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from policygraph.errors import BrokenInput
from policygraph.urls import Urls

BY = ("theme", "sdg", "instrument")
"""What policies are compared by; the first is meant where an address says nothing."""

LEVELS = ("primary", "secondary", "uncorroborated")
STANDINGS = ("listed", "in-text")
BASES = ("stated", "interpreted")

SIDE_BY_SIDE = range(2, 5)
"""How many policies can stand side by side."""

MOST = SIDE_BY_SIDE[-1]

_YEAR = re.compile(r"[0-9]{4}")
_CHOICES = {"by": BY, "level": LEVELS, "standing": STANDINGS, "basis": BASES}


@dataclass(frozen=True, slots=True)
class Selection:
    """What to compare by, what counts, and of which policies; things are named as in `key`."""

    by: str = BY[0]
    place: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    level: str = ""
    standing: str = ""
    basis: str = ""
    policies: tuple[str, ...] = ()
    of: str = ""
    """With `of` or `on`: a list of what a policy has, of what there is on a theme, or both."""
    on: str = ""

    @property
    def listing(self) -> bool:
        """Whether it is the list of what a cell or a sum of a matrix counts."""
        return bool(self.of or self.on)

    @property
    def side_by_side(self) -> bool:
        """Whether it is policies side by side."""
        return not self.listing and len(self.policies) >= SIDE_BY_SIDE[0]

    def pairs(self) -> list[tuple[str, str]]:
        """Return names and values as they stand in the address."""
        chosen = [("policy", policy) for policy in self.policies]
        if self.side_by_side:
            return chosen
        telling = self.basis if self.by == "sdg" else self.standing
        said = [
            ("by", self.by if self.by != BY[0] else ""),
            ("place", self.place),
            ("kind", self.kind),
            ("since", self.since),
            ("until", self.until),
            ("level", self.level),
            ("basis" if self.by == "sdg" else "standing", telling),
            ("of", self.of),
            ("on", self.on),
        ]
        return [(name, value) for name, value in said if value] + ([] if self.listing else chosen)

    def address(self, suffix: str = "") -> str:
        """Return the path of this state; with `csv` or `svg`, of its table or its picture."""
        asked = urlencode(self.pairs(), safe=":/")
        return "/compare" + (f".{suffix}" if suffix else "") + (f"?{asked}" if asked else "")

    def cell(self, of: str = "", on: str = "") -> Selection:
        """Return the list of what one cell of this matrix counts, or one of its sums."""
        return replace(self, of=of, on=on, policies=())

    def matrix(self) -> Selection:
        """Return the matrix that a list is a part of."""
        return replace(self, of="", on="")

    def compared(self, by: str) -> Selection:
        """Return the same policies, compared by something else."""
        return replace(self, by=by, of="", on="")

    def counted(self, by: str, of: str, on: str) -> Selection:
        """Return the list of what a policy has on something, whatever else was chosen."""
        return Selection(by=by, of=of, on=on)

    def without(self, policy: str) -> Selection:
        """Return the selection without one of its policies."""
        return replace(self, policies=tuple(p for p in self.policies if p != policy))

    def everything(self) -> Selection:
        """Return the selection without anything that narrows it."""
        return Selection(by=self.by, policies=self.policies, of=self.of, on=self.on)


def read(pairs: Sequence[tuple[str, str]]) -> Selection:
    """Return what the parameters of an address choose; raises BrokenInput for what is no choice.

    Empty parameters, as a form sends them, choose nothing. Whether a place or a policy exists is
    not known here.
    """
    given: dict[str, str] = {}
    policies: dict[str, None] = {}
    for name, value in ((name, value.strip()) for name, value in pairs):
        if name == "policy" and value:
            policies[value] = None
        elif name in _CHOICES or name in ("place", "kind", "since", "until", "of", "on"):
            given[name] = value or given.get(name, "")
    for name, choices in _CHOICES.items():
        if given.get(name) and given[name] not in choices:
            raise BrokenInput(f"{name} is one of {', '.join(choices)}; not {given[name][:80]!r}.")
    for name in ("since", "until"):
        if given.get(name) and not _YEAR.fullmatch(given[name]):
            raise BrokenInput(f"{name} is a year in four digits; not {given[name][:80]!r}.")
    if given.get("until") and given.get("since", "") > given["until"]:
        raise BrokenInput(f"The period ends ({given['until']}) before it begins.")
    given["by"] = given.get("by") or BY[0]
    return Selection(**given, policies=tuple(policies))


def key(urls: Urls, iri: str, folder: str) -> str:
    """Return how an address names a thing: its last part if it stands in the folder of its kind.

    Otherwise as its page does (`country:NLD`), or by its IRI where it has no page here.
    """
    name = iri.removeprefix(f"{urls.base}id/{folder}/")
    if name != iri and re.fullmatch(r"[A-Za-z0-9._-]+", name):
        return name
    page = urls.about(iri) or ""
    return page.removeprefix("/doc/") if page.startswith("/doc/") else iri


def thing(urls: Urls, name: str, folder: str) -> str:
    """Return the IRI of what an address names; what it may not be is for the query to refuse."""
    if "://" in name:
        return name
    if ":" in name or "/" in name:
        return urls.described_by(name)
    return f"{urls.base}id/{folder}/{name}"

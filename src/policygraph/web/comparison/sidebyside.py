"""Two to four policies side by side: the same question to each, on one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policygraph.namespaces import DCT, ELI, PG
from policygraph.turtle import natural
from policygraph.urls import Urls
from policygraph.web.comparison.comparisons import COLUMNS, TELLING
from policygraph.web.comparison.matrix import Cell, cell_of
from policygraph.web.comparison.selection import key
from policygraph.web.facts import FALLBACK, Facts, Link, Text, goal_number
from policygraph.web.lookup import Row

IDENTITY = (
    DCT.issued, DCT.spatial, DCT.publisher, ELI.work_type, PG.bindingStatus, DCT.audience,
)  # fmt: skip
FIGURES = ("principles", "pillars", "actions", "goals", "risks")
ALIKE = ("themes", "instruments", "sdgs")
"""What policies have in common or not, in the order of the page."""

_BY = {"themes": "theme", "instruments": "instrument", "sdgs": "sdg"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a policy has in a row, with its number in the policy."""

    link: Link
    number: str = ""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One row: what it is about, and for each policy how many there are and which."""

    link: Link | None
    key: str
    number: str
    cells: list[Cell | None]
    entries: list[list[Entry]]

    @property
    def name(self) -> str:
        """Return its number and its label; nothing where it is about nothing named."""
        return f"{self.number} {self.link.text.value}".strip() if self.link else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What all policies have, and what only one of them has."""

    key: str
    shared: list[Link]
    alone: list[list[Link]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Principles of two policies that are close to each other, and why."""

    policies: tuple[Link, Link]
    principles: tuple[Link, Link]
    rationale: Text


@dataclass(frozen=True, slots=True)
class Between:
    """A relation from one of the policies to another."""

    policy: Link
    relation: Link
    other: Link


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Everything that stands side by side; lists within rows follow the order of `policies`."""

    policies: list[tuple[Link, str]]
    identity: list[tuple[Link, list[list[Link | Text]]]]
    figures: list[tuple[str, list[int]]]
    rows: dict[str, list[Aligned]]
    """`themes` (with the principles), `instruments`, `sdgs`, `involved` (by role)."""
    pairs: list[Pair]
    relations: list[Between]
    differences: list[Difference]

    def table(
        self, words: Sequence[str], sections: Mapping[str, str], nameless: Mapping[str, str]
    ) -> list[list[str]]:
        """Return the rows of its CSV: a section, what the row is about, then every policy."""
        head = [*words, *(link.text.value for link, _ in self.policies)]
        body = [[sections["policies"], "", "", *(link.iri for link, _ in self.policies)]]
        for property_, values in self.identity:
            shown = ["; ".join(_words(v) for v in own) for own in values]
            body.append([sections["identity"], property_.text.value, property_.iri, *shown])
        for name, numbers in self.figures:
            body.append([sections["figures"], sections[name], "", *map(str, numbers)])
        for name, rows in self.rows.items():
            for row in rows:
                about = [row.name or nameless[name], row.link.iri if row.link else ""]
                shown = [
                    "; ".join(f"{e.number} {e.link.text.value}".strip() for e in own)
                    if own
                    else str(cell.count if cell else 0)
                    for cell, own in zip(row.cells, row.entries, strict=True)
                ]
                body.append([sections[name], *about, *shown])
        for pair in self.pairs:
            named = dict(zip((p.iri for p in pair.policies), pair.principles, strict=True))
            shown = [named[p.iri].text.value if p.iri in named else "" for p, _ in self.policies]
            body.append([sections["close"], pair.rationale.value, "", *shown])
        return [head, *body]


def _words(value: Link | Text) -> str:
    return value.text.value if isinstance(value, Link) else value.value


def read_side_by_side(
    facts: Facts, urls: Urls, policies: Sequence[str], answers: Mapping[str, Sequence[Row]]
) -> SideBySide:
    """Return policies (IRIs) side by side, out of what their queries were answered with."""
    rows = {
        "themes": _principles(facts, urls, policies, answers["themes"]),
        **{
            name: _counted(facts, urls, policies, name, answers[name])
            for name in ("instruments", "sdgs")
        },
        "involved": _involved(facts, urls, policies, answers["involved"]),
    }
    return SideBySide(
        policies=[(facts.link(p), key(urls, p, "policy")) for p in policies],
        identity=_identity(facts, policies, answers["identity"]),
        figures=_figures(policies, answers["figures"]),
        rows=rows,
        pairs=_pairs(facts, answers["close"]),
        relations=[
            Between(facts.link(r["policy"]), facts.link(r["relation"]), facts.link(r["other"]))
            for r in answers["relations"]
        ],
        differences=[_difference(name, rows[name], len(policies)) for name in ALIKE],
    )


def _identity(
    facts: Facts, policies: Sequence[str], rows: Sequence[Row]
) -> list[tuple[Link, list[list[Link | Text]]]]:
    said: dict[tuple[str, str], list[Link | Text]] = {}
    for row in rows:
        value = row["value"]
        shown = Text(value) if row["property"] == DCT.issued else facts.link(value)
        said.setdefault((row["property"], row["policy"]), []).append(shown)
    return [
        (facts.link(property_), [said.get((property_, p), []) for p in policies])
        for property_ in IDENTITY
        if any((property_, p) in said for p in policies)
    ]


def _figures(policies: Sequence[str], rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    counts = {row["policy"]: row for row in rows if "policy" in row}
    found = [(name, [int(counts.get(p, {}).get(name, 0)) for p in policies]) for name in FIGURES]
    return [(name, numbers) for name, numbers in found if any(numbers)]


def _principles(
    facts: Facts, urls: Urls, policies: Sequence[str], rows: Sequence[Row]
) -> list[Aligned]:
    found: dict[str, dict[str, dict[str, Entry]]] = {}
    for row in rows:
        own = found.setdefault(row.get("theme", ""), {}).setdefault(row["policy"], {})
        own[row["principle"]] = Entry(facts.link(row["principle"]), row.get("number", ""))
    aligned = [
        _aligned(facts, urls, theme, "theme", policies, {p: [*e.values()] for p, e in own.items()})
        for theme, own in found.items()
    ]
    return sorted(aligned, key=_place)


def _involved(
    facts: Facts, urls: Urls, policies: Sequence[str], rows: Sequence[Row]
) -> list[Aligned]:
    found: dict[str, dict[str, list[Entry]]] = {}
    for row in rows:
        entry = Entry(facts.link(row["participant"]))
        own = found.setdefault(row.get("role", ""), {}).setdefault(row["policy"], [])
        if entry not in own:
            own.append(entry)
    aligned = [_aligned(facts, urls, role, "role", policies, own) for role, own in found.items()]
    return sorted(aligned, key=_place)


def _aligned(
    facts: Facts,
    urls: Urls,
    iri: str,
    folder: str,
    policies: Sequence[str],
    own: Mapping[str, list[Entry]],
) -> Aligned:
    entries = [own.get(p, []) for p in policies]
    return Aligned(
        facts.link(iri) if iri else None,
        key(urls, iri, folder) if iri else "",
        "",
        [Cell(len(e), 0) if e else None for e in entries],
        entries,
    )


def _counted(
    facts: Facts, urls: Urls, policies: Sequence[str], name: str, rows: Sequence[Row]
) -> list[Aligned]:
    by = _BY[name]
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        counts = found.setdefault(row[COLUMNS[by]], {}).setdefault(row["policy"], {})
        counts[row.get(TELLING[by], "")] = int(row["count"])
    aligned = [
        Aligned(
            facts.link(iri),
            key(urls, iri, by),
            goal_number(iri),
            [cell_of(own.get(p, {})) for p in policies],
            [[] for _ in policies],
        )
        for iri, own in found.items()
    ]
    return sorted(aligned, key=_place)


def _place(row: Aligned) -> tuple[bool, object, str, str]:
    name = row.link.text.value.casefold() if row.link else ""
    return row.link is None, natural(row.number), name, row.key


def _pairs(facts: Facts, rows: Iterable[Row]) -> list[Pair]:
    order = [facts.language, *FALLBACK]
    best: dict[tuple[str, str], Row] = {}

    def rank(row: Row) -> int:
        language = row.get("lang", "")
        return order.index(language) if language in order else len(order)

    for row in rows:
        pair = row["principle"], row["close"]
        if pair not in best or rank(row) < rank(best[pair]):
            best[pair] = row
    return [
        Pair(
            (facts.link(row["policy"]), facts.link(row["other"])),
            (facts.link(row["principle"]), facts.link(row["close"])),
            Text(
                row.get("rationale", ""),
                row.get("lang", "") if row.get("lang") != facts.language else "",
            ),
        )
        for row in best.values()
    ]


def _difference(name: str, rows: Sequence[Aligned], policies: int) -> Difference:
    named = [row for row in rows if row.link]
    having = [(row.link, [cell is not None for cell in row.cells]) for row in named if row.link]
    return Difference(
        name,
        [link for link, has in having if all(has)],
        [[link for link, has in having if has[n] and sum(has) == 1] for n in range(policies)],
    )

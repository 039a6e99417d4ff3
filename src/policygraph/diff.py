"""What changed between two editions of a policy graph, as facts about policies.

Every triple that is in one edition only is accounted for: by a change that has a name ("moved"), or
by one that tells property, old and new values. No changes means that the facts are the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from policygraph.editions import Edition, named_things
from policygraph.namespaces import ADMS, CV, DCT, ELI, FOAF, PG, RDF, SKOS
from policygraph.terms import Literal, NamedNode, Node, Term, Triple
from policygraph.turtle import TYPE_ORDER, natural

Kind = OneOf[
    "added", "removed", "address", "renamed", "moved", "status", "theme", "instrument",
    "party-added", "party-removed", "sdg-added", "sdg-removed", "evidence",
    "relation-added", "relation-removed", "changed",
]  # fmt: skip

_ELEMENT_OF = (PG.principleOf, PG.pillarOf, PG.actionPointOf, PG.goalOf, PG.riskOf)
_UP = (
    *_ELEMENT_OF, PG.aboutDocument, PG.assesses, PG.alignmentOf, ELI.realizes, ELI.embodies,
    RDF.subject, FOAF.primaryTopic,
)  # fmt: skip
"""Properties that lead from a thing towards the policy that it belongs to."""
_DOWN = (CV.hasParticipation, DCT.temporal)
"""Properties that lead the other way."""

_NAMED_CHANGES: Mapping[str, Kind] = {
    SKOS.prefLabel: "renamed", PG.officialName: "renamed", DCT.title: "renamed",
    PG.inPillar: "moved", PG.order: "moved", ADMS.status: "status", PG.theme: "theme",
    PG.instrument: "instrument", PG.evidenceLevel: "evidence",
}  # fmt: skip
_RELATIONS = frozenset(
    {
        PG.implements, PG.succeeds, PG.alignedWithPolicy, PG.respondsTo, PG.cites, ELI.cites,
        SKOS.closeMatch, SKOS.relatedMatch,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One change, of one thing."""

    kind: Kind
    thing: str
    """IRI in the new edition; in the old one for what was removed."""
    type: str = ""
    """The class by which the thing is called."""
    policy: str = ""
    """The policy that the thing belongs to, or nothing for what policies share."""
    number: str = ""
    """The document's own number of the thing."""
    property: str = ""
    old: tuple[Term, ...] = ()
    """Values that are gone. A party is given as who and role, an SDG link as the goal."""
    new: tuple[Term, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    """For a whole policy: how many things of each class came or went with it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that changed from one edition to another."""

    old: Edition
    new: Edition
    changes: tuple[Change, ...]
    """Grouped by policy, in the order of the document; what policies share comes last."""
    graphs: tuple[tuple[str, int, int], ...]
    """The other graphs that differ: slug, and triples before and after."""
    unnamed: tuple[int, int] = (0, 0)
    """Statements with blank nodes, before and after; they are counted, not compared."""
    flat: bool = False
    """Whether one edition has no named graphs, so that all graphs were taken together."""

    @property
    def same(self) -> bool:
        """Whether nothing changed at all."""
        return not self.changes and not self.graphs and self.unnamed[0] == self.unnamed[1]


def diff(old: Edition, new: Edition) -> Difference:
    """Return what changed from `old` to `new`."""
    flat = old.flat or new.flat
    before, blank_before = named_things(old.flattened() if flat else old.written())
    after, blank_after = named_things(new.flattened() if flat else new.written())
    graphs = []
    if not flat:
        sizes, others = old.sizes(), new.sizes()
        none = (0, hash(frozenset()))
        for slug in sorted({*sizes, *others}):
            one, other = sizes.get(slug, none), others.get(slug, none)
            if one != other:
                graphs.append((slug, one[0], other[0]))
    return Difference(
        old, new, tuple(compare(before, after)), tuple(graphs), (blank_before, blank_after), flat
    )


class _Side:
    """The facts of one edition, by thing."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.said: dict[str, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        self._pointing: dict[tuple[str, str], set[str]] = defaultdict(set)
        for subject, predicate, term in triples:
            self.said[subject.value][predicate.value].add(term)
            if isinstance(term, NamedNode):
                self._pointing[predicate.value, term.value].add(subject.value)
        self.policies = self.pointing(RDF.type, PG.PolicyDocument)

    def __contains__(self, thing: str) -> bool:
        return thing in self.said

    def values(self, thing: str, predicate: str) -> set[Term]:
        return self.said[thing].get(predicate, set()) if thing in self.said else set()

    def iris(self, thing: str, predicate: str) -> list[str]:
        return sorted(t.value for t in self.values(thing, predicate) if isinstance(t, NamedNode))

    def pointing(self, predicate: str, thing: str) -> set[str]:
        return self._pointing.get((predicate, thing), set())

    def type(self, thing: str) -> str:
        """Return the class by which a thing is called: the one that a file would sort it by."""
        types = self.iris(thing, RDF.type)
        ranks = {name: rank for rank, name in enumerate(TYPE_ORDER)}
        return min(types, key=lambda name: (ranks.get(name, len(ranks)), name), default="")

    def number(self, thing: str) -> str:
        return min((t.value for t in self.values(thing, PG.number)), default="")

    def policy(self, thing: str, steps: int = 4) -> str:
        """Return the policy that a thing belongs to, or ""."""
        if thing in self.policies:
            return thing
        for above in self._above(thing) if steps else ():
            if found := self.policy(above, steps - 1):
                return found
        path = thing
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in self.policies:
                return path
        return ""

    def _above(self, thing: str) -> Iterator[str]:
        for predicate in _UP:
            yield from self.iris(thing, predicate)
        for predicate in _DOWN:
            yield from sorted(self.pointing(predicate, thing))

    def parties(self, thing: str) -> dict[tuple[str, str], set[str]]:
        """Return who takes part in what role, each with the participations that say so."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for participation in self.iris(thing, CV.hasParticipation):
            for who in self.iris(participation, CV.hasParticipant):
                for role in self.iris(participation, CV.role) or [""]:
                    found[who, role].add(participation)
        return found

    def goals(self, thing: str) -> dict[tuple[str, str], set[str]]:
        """Return the SDGs that a thing is linked with, each with the alignments that say so."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for alignment in self.pointing(PG.alignmentOf, thing):
            for goal in self.iris(alignment, PG.goal):
                found[goal, ""].add(alignment)
        return found

    def owners(self, predicate: str) -> set[str]:
        return {thing for thing, about in self.said.items() if about.get(predicate)}


def compare(before: Collection[Triple], after: Collection[Triple]) -> list[Change]:
    """Return the changes between two sets of facts (without blank nodes), in order."""
    after = set(after)
    moves = new_addresses(before, after)
    renamed = _readdressed(before, moves)
    return _Comparison(renamed, after).changes(moves)


class _Comparison:
    """The facts of both editions, and which differences still have to be told."""

    def __init__(self, before: set[Triple], after: set[Triple]) -> None:
        self.a, self.b = _Side(before), _Side(after)
        self.come = set(self.b.said) - set(self.a.said)
        self.gone = set(self.a.said) - set(self.b.said)
        self.lost = self._by_thing(before - after)
        self.won = self._by_thing(after - before)
        self.told: set[str] = set()
        """Things that were added or removed and need no line of their own."""

    @staticmethod
    def _by_thing(triples: Iterable[Triple]) -> dict[str, dict[str, set[Term]]]:
        found: dict[str, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        for subject, predicate, term in triples:
            found[subject.value][predicate.value].add(term)
        return found

    def changes(self, moves: Mapping[str, str]) -> list[Change]:
        found = [
            self._change("address", new, old=(NamedNode(old),), new=(NamedNode(new),))
            for old, new in moves.items()
            if self._side(new).type(new) in _PAIRED and not _moved_along(old, new, moves)
        ]
        found += self._links(CV.hasParticipation, "party-added", "party-removed")
        found += self._links(PG.alignmentOf, "sdg-added", "sdg-removed")
        found += self._relations()
        found += self._whole_things()
        for thing in sorted(({*self.lost, *self.won}) - self.come - self.gone):
            found += self._properties(thing)
        return sorted(found, key=self._order)

    def _side(self, thing: str) -> _Side:
        return self.b if thing in self.b else self.a

    def _change(
        self,
        kind: Kind,
        thing: str,
        property_: str = "",
        old: tuple[Term, ...] = (),
        new: tuple[Term, ...] = (),
        parts: Mapping[str, int] | None = None,
    ) -> Change:
        side = self._side(thing)
        return Change(
            kind, thing, side.type(thing), side.policy(thing), side.number(thing), property_, old,
            new, parts or {},
        )  # fmt: skip

    def _links(self, predicate: str, added: Kind, removed: Kind) -> Iterator[Change]:
        """Yield parties or SDG links that came or went, told of the thing that has them."""
        parties = predicate == CV.hasParticipation
        if parties:
            owners = self.a.owners(predicate) | self.b.owners(predicate)
            inner = (CV.hasParticipant, CV.role)
        else:
            sides = (self.a, self.b)
            owners = {o for s in sides for x in s.owners(predicate) for o in s.iris(x, predicate)}
            inner = (PG.alignmentOf, PG.goal)
        for owner in sorted(owners):
            if owner in self.come | self.gone:
                # The line about the owner tells it, unless others share the link.
                side = self._side(owner)
                links = side.parties(owner) if parties else side.goals(owner)
                alone = {link for found in links.values() for link in found}
                self.told |= {x for x in alone if x in self.come | self.gone}
                continue
            one = self.a.parties(owner) if parties else self.a.goals(owner)
            two = self.b.parties(owner) if parties else self.b.goals(owner)
            for key in sorted(two.keys() - one.keys()):
                yield self._change(added, owner, predicate, new=_terms(key))
            for key in sorted(one.keys() - two.keys()):
                yield self._change(removed, owner, predicate, old=_terms(key))
            for key in one.keys() ^ two.keys():
                explained = one.get(key, set()) | two.get(key, set())
                self.told |= explained
                for link in explained:
                    self._forget(link, *inner)
                    if parties:
                        self.lost[owner][predicate].discard(NamedNode(link))
                        self.won[owner][predicate].discard(NamedNode(link))

    def _forget(self, thing: str, *predicates: str) -> None:
        for predicate in predicates:
            self.lost[thing].pop(predicate, None)
            self.won[thing].pop(predicate, None)

    def _relations(self) -> Iterator[Change]:
        """Yield relations of documents and elements, each with the statement beside it."""
        kinds: tuple[tuple[Kind, dict[str, dict[str, set[Term]]], set[str], _Side], ...] = (
            ("relation-added", self.won, self.come, self.b),
            ("relation-removed", self.lost, self.gone, self.a),
        )
        for kind, differing, whole, side in kinds:
            for thing in sorted(set(differing) - whole):
                about = differing[thing]
                for predicate in sorted(_RELATIONS & about.keys()):
                    for term in sorted(about.pop(predicate), key=str):
                        new = (term,) if kind == "relation-added" else ()
                        old = () if new else (term,)
                        yield self._change(kind, thing, predicate, old, new)
                        self.told |= {
                            s
                            for s in side.pointing(RDF.subject, thing) & whole
                            if predicate in side.iris(s, RDF.predicate)
                            and term in side.values(s, RDF.object)
                        }

    def _whole_things(self) -> Iterator[Change]:
        kinds: tuple[tuple[Kind, set[str], _Side], ...] = (
            ("added", self.come, self.b), ("removed", self.gone, self.a)
        )  # fmt: skip
        for kind, things, side in kinds:
            parts: dict[str, Counter[str]] = defaultdict(Counter)
            policies = things & side.policies
            for thing in things - policies:
                if (policy := side.policy(thing)) in policies:
                    parts[policy][side.type(thing)] += 1
                elif thing not in self.told:
                    yield self._change(kind, thing)
            for policy in policies:
                yield self._change(kind, policy, parts=dict(sorted(parts[policy].items())))

    def _properties(self, thing: str) -> Iterator[Change]:
        lost, won = self.lost[thing], self.won[thing]
        for predicate in sorted({*lost, *won}):
            old = tuple(sorted(lost[predicate], key=str))
            new = tuple(sorted(won[predicate], key=str))
            if old or new:
                kind = _NAMED_CHANGES.get(predicate, "changed")
                yield self._change(kind, thing, predicate, old, new)

    def _order(self, change: Change) -> tuple[object, ...]:
        side = self._side(change.thing)
        orders = [t.value for t in side.values(change.thing, PG.order)]
        rank = TYPE_ORDER.index(change.type) if change.type in TYPE_ORDER else len(TYPE_ORDER)
        return (
            not change.policy, change.policy, change.thing != change.policy, rank, change.type,
            natural(min(orders, default="")), natural(change.number), natural(change.thing),
            change.kind, change.property, str(change.old), str(change.new),
        )  # fmt: skip


def _terms(key: tuple[str, ...]) -> tuple[Term, ...]:
    return tuple(NamedNode(iri) for iri in key if iri)


_PAIRED = frozenset({PG.PolicyDocument, PG.Principle, PG.Pillar, PG.ActionPoint, PG.Goal, PG.Risk})
"""Classes whose members have a name by which they are known again at another address."""


def new_addresses(before: Collection[Triple], after: Collection[Triple]) -> dict[str, str]:
    """Return old to new address of what is surely the same thing.

    A policy is known by its labels; an element by its labels, official name and policy. No second
    thing of the class may be called the same, before or after. What stands below the address of a
    policy moves along with it.
    """
    moves: dict[str, str] = {}
    b = _Side(after)
    for classes in ({PG.PolicyDocument}, _PAIRED - {PG.PolicyDocument}):
        a = _Side(_readdressed(before, moves))
        pairs = _pairs(a, b, classes)
        for old, new in list(pairs.items()) if PG.PolicyDocument in classes else ():
            for thing in set(a.said) - set(b.said):
                if thing.startswith(old + "/") and new + thing[len(old) :] in b:
                    pairs[thing] = new + thing[len(old) :]
            pairs |= {
                graph: min(b.pointing(FOAF.primaryTopic, new))
                for graph in a.pointing(FOAF.primaryTopic, old) - set(b.said)
                if len(b.pointing(FOAF.primaryTopic, new)) == 1
            }
        moves |= pairs
    return moves


def _moved_along(old: str, new: str, moves: Mapping[str, str]) -> bool:
    """Whether an address changed only because it stands below that of a policy."""
    return any(
        old.startswith(one + "/") and new == other + old[len(one) :] for one, other in moves.items()
    )


def _pairs(a: _Side, b: _Side, classes: Collection[str]) -> dict[str, str]:
    one, two = _by_name(a, classes), _by_name(b, classes)
    return {
        olds[0]: two[name][0]
        for name, olds in one.items()
        if len(olds) == 1
        and len(two.get(name, ())) == 1
        and olds[0] not in b
        and two[name][0] not in a
    }


def _by_name(side: _Side, classes: Collection[str]) -> dict[object, list[str]]:
    found: dict[object, list[str]] = defaultdict(list)
    for thing in list(side.said):
        kind = side.type(thing)
        if kind in classes and (labels := frozenset(side.values(thing, SKOS.prefLabel))):
            official = frozenset(side.values(thing, PG.officialName))
            policy = "" if kind == PG.PolicyDocument else side.policy(thing)
            found[kind, labels, official, policy].append(thing)
    return found


def _readdressed(triples: Iterable[Triple], moves: Mapping[str, str]) -> set[Triple]:
    """Return the triples with new addresses in the place of old ones."""
    if not moves:
        return set(triples)

    def node(old: Node) -> Node:
        return NamedNode(moves[old.value]) if old.value in moves else old

    return {(node(s), p, o if isinstance(o, Literal) else node(o)) for s, p, o in triples}

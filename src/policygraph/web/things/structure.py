"""What the page of a policy shows, as plain records."""

from __future__ import annotations

from dataclasses import dataclass, field

from policygraph.web.facts import Link, Text

GOALS = range(1, 18)
"""The Sustainable Development Goals."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who says it and where: the level, the texts in which it was seen, the place in them."""

    iri: str
    level: Link | None
    sources: list[Link]
    confirmed_by: list[Link]
    locators: list[Text]
    interpreted: bool
    rationale: Text
    by: list[Link]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a role, and the source's own wording for them."""

    who: Link
    roles: list[Link]
    named_as: Text
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Element:
    """A principle, pillar, action point, goal or risk."""

    iri: str
    anchor: str
    link: Link
    number: str
    official_name: Text
    description: Text
    in_text: bool
    tags: list[Link]
    """Themes or instruments: the yardsticks by which policies are compared."""
    status: list[Link]
    when: list[Link]
    parties: list[tuple[list[Link], list[Party]]]
    """Those involved, by what they are."""
    initiatives: list[Link]
    principles: list[Link]
    notes: Text
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar with its action points and the pillars inside it."""

    element: Element
    listed: list[Element]
    in_text: list[Element]
    elsewhere: list[Element]
    """Action points that are in this pillar too, and shown in an earlier one."""
    pillars: list[Pillar] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Takeaway:
    """What an analyst says the policy means for another government."""

    link: Link
    description: Text
    jurisdictions: list[Link]
    points_to: list[Link]
    evidence: Evidence
    details: list[Takeaway]


@dataclass(frozen=True, slots=True)
class Alignment:
    """What connects a document or some of its elements with a goal, and who says so."""

    of: list[Link]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Goal:
    """A link to an SDG goal or target, or to the agenda as a whole (`number` is empty)."""

    link: Link
    number: str
    stated: bool
    """Whether the document itself says so, in at least one place."""
    alignments: list[Alignment]

    @property
    def colour(self) -> str:
        """Return the number of the goal, also for a target (9.b is in 9)."""
        return self.number.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Involved:
    """Somebody in one role: where in the document, and what says so."""

    who: Link
    named_as: Text
    of: list[tuple[str, str]]
    """Elements as number or name and place on the page; none for the document as a whole."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Named:
    """An initiative that elements name: its kinds, and the elements as in `Involved`."""

    link: Link
    kinds: list[Link]
    of: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation to or from another document, with the evidence of the statement that says so."""

    kind: Link
    other: Link
    incoming: bool
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that the page of a policy shows."""

    iri: str
    link: Link
    title: Text
    description: Text
    facts: list[tuple[str, list[Link | Text]]]
    """Identity in order: predicate IRI and its values."""
    score: list[tuple[str, Link, Evidence]]
    principles: list[Element]
    actions: list[Element]
    pillars: list[Pillar]
    loose_listed: list[Element]
    loose_in_text: list[Element]
    goals: list[Element]
    risks: list[Element]
    takeaways: list[Takeaway]
    sdgs: list[Goal]
    involved: list[tuple[Link | None, list[Involved]]]
    """Those involved, by role."""
    initiatives: list[Named]
    relations: list[Relation]
    notes: Text
    evidence: Evidence
    levels: list[tuple[Link, int]]
    """How many statements have each level of evidence."""
    figures: dict[str, int]
    """How many different things each question was answered with."""

    @property
    def listed_actions(self) -> int:
        """Return how many action points the document itself lists."""
        return sum(not action.in_text for action in self.actions)

    @property
    def in_text_actions(self) -> int:
        """Return how many commitments stand in its running text."""
        return sum(action.in_text for action in self.actions)

    @property
    def wall(self) -> list[tuple[int, str]]:
        """Return each of the goals, and whether it is stated, interpreted or not linked at all."""
        states: dict[str, str] = {}
        for goal in self.sdgs:
            if goal.stated or goal.colour not in states:
                states[goal.colour] = "stated" if goal.stated else "interpreted"
        return [(number, states.get(str(number), "none")) for number in GOALS]

"""What a policy consists of, each on a page of its own: how it reads, and what stands around it.

Around it are what comes before and after it in its document, the goals that it is linked to, and
what other documents say about the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from policygraph.namespaces import PG, RDF
from policygraph.terms import Triple
from policygraph.web import questions
from policygraph.web.facts import Facts, Link, mentioned
from policygraph.web.site import PageMaker
from policygraph.web.things import uses
from policygraph.web.things.policies import (
    anchor,
    read_element,
    read_goals,
    read_takeaway,
    things,
)
from policygraph.web.things.structure import Element, Goal, Takeaway

KINDS = {
    PG.Principle: ("principles", PG.principleOf),
    PG.Pillar: ("pillars", PG.pillarOf),
    PG.ActionPoint: ("actions", PG.actionPointOf),
    PG.Goal: ("goals", PG.goalOf),
    PG.Risk: ("risks", PG.riskOf),
    PG.KeyTakeaway: ("takeaways", PG.aboutDocument),
}
"""For each class the section on the page of a policy, and what leads from a thing to the policy."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a policy consists of, as its own page shows it."""

    element: Element
    section: str
    """The section on the page of its policy."""
    takeaway: Takeaway | None
    """The same as what an analyst takes from the policy, if it is that."""
    document: Link
    place: str
    """The address of its place on the page of the policy."""
    pillars: list[Link]
    goals: list[Goal]
    before: Link | None
    after: Link | None
    sections: list[uses.Section]
    questions: dict[str, str]
    """What all that is said of it and its goals are the answers of."""


def section_of(facts: Facts, iri: str) -> tuple[str, str] | None:
    """Return the section and the policy that a thing belongs to; None if it is no part of one."""
    types = facts.iris(iri, RDF.type)
    found = [(key, facts.iris(iri, of)) for c, (key, of) in KINDS.items() if c in types]
    return next(((key, policies[0]) for key, policies in found if policies), None)


async def read_part(
    page: PageMaker, said: Collection[Triple], iri: str, section: str, policy: str
) -> tuple[Part, Facts]:
    """Return a part of a policy, and the triples of which it was made as they read."""
    lookup = page.site.lookup(page.request)
    asked = uses.asked(iri, page.facts(said).iris(iri, RDF.type), page.language)
    order = questions.of_policy(policy, page.language)[section]
    around, answers, rows = await asyncio.gather(
        lookup.policy(iri), lookup.answers(asked), lookup.rows(order)
    )
    before, after = _neighbours(things(rows), iri)
    found = {value for own in answers.values() for row in own for value in row.values()}
    names = await lookup.names(found | {before, after} | mentioned([*said, *around]))
    facts = page.facts([*said, *around, *names])
    document = facts.link(policy)
    part = Part(
        element=read_element(facts, iri),
        section=section,
        takeaway=read_takeaway(facts, iri) if section == "takeaways" else None,
        document=document,
        place=f"{document.href or ''}#{anchor(iri) if section != 'takeaways' else section}",
        pillars=facts.links(iri, PG.inPillar),
        goals=read_goals(facts, iri),
        before=facts.link(before) if before else None,
        after=facts.link(after) if after else None,
        sections=uses.sections(facts, iri, asked, answers),
        questions={
            "said": questions.said_of(iri),
            "goals": questions.goals_of(iri, page.language),
        },
    )
    return part, facts


def _neighbours(order: Sequence[str], iri: str) -> tuple[str, str]:
    """Return what stands before and after a thing in its document, or nothing."""
    if iri not in order:
        return "", ""
    place = order.index(iri)
    return order[place - 1] if place else "", next(iter(order[place + 1 : place + 2]), "")

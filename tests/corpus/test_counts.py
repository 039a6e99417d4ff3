"""How much of each policy is in the graph: what the lists of facts count, what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from .conftest import Ask

Three = tuple[int, int, int]
"""Rows of the lists of principles (with goals and risks), of pillars, and of action points."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in a document, and what it became."""

    rows: Three
    """Rows in the curators' lists of facts."""
    principles: tuple[int, int]
    """Listed by the document itself, and said in its running text."""
    pillars: tuple[int, int]
    actions: tuple[int, int]
    goals: int = 0
    risks: int = 0
    left_out: Three = (0, 0, 0)
    """Rows that are no such thing; `LEFT_OUT` says why."""
    more: Three = (0, 0, 0)
    """Elements above one for each row; `MORE` says which."""


COUNTS = {
    "au-ai-ethics-principles-2019": Count(
        (8, 0, 9), principles=(8, 0), pillars=(0, 0), actions=(0, 9)
    ),
    "be-national-convergence-plan-ai-2022": Count(
        (1, 9, 16), principles=(0, 1), pillars=(9, 0), actions=(0, 16)
    ),
    "bletchley-declaration": Count(
        (5, 2, 9), principles=(0, 10), pillars=(2, 0), actions=(2, 7), more=(5, 0, 0)
    ),
    "ca-guide-generative-ai-faster": Count(
        (6, 0, 9), principles=(6, 0), pillars=(4, 0), actions=(0, 9), more=(0, 4, 0)
    ),
    "ca-voluntary-code-generative-ai-2023": Count(
        (6, 0, 19), principles=(6, 0), pillars=(0, 0), actions=(18, 1)
    ),
    "coe-framework-convention-ai": Count(
        (7, 8, 23), principles=(7, 0), pillars=(8, 0), actions=(23, 0)
    ),
    "de-ki-strategie-2018-2020": Count(
        (3, 17, 13), principles=(0, 0), pillars=(12, 5), actions=(0, 13), goals=3
    ),
    "eu-ai-act": Count((7, 13, 38), principles=(0, 7), pillars=(13, 0), actions=(38, 0)),
    "eu-ai-continent-action-plan": Count(
        (3, 5, 26), principles=(0, 3), pillars=(5, 0), actions=(16, 10)
    ),
    "eu-ai-innovation-package-2024": Count(
        (1, 4, 12), principles=(0, 1), pillars=(0, 4), actions=(0, 12)
    ),
    "eu-coordinated-plan-ai-2021": Count(
        (5, 21, 48), principles=(0, 5), pillars=(21, 0), actions=(40, 8)
    ),
    "eu-hleg-ethics-guidelines": Count(
        (11, 3, 25), principles=(11, 0), pillars=(3, 0), actions=(24, 1)
    ),
    "fr-strategie-nationale-ia": Count(
        (3, 6, 14), principles=(0, 0), pillars=(3, 7), actions=(0, 14), goals=3, more=(0, 4, 0)
    ),
    "g7-hiroshima-code-of-conduct": Count(
        (3, 11, 28), principles=(0, 3), pillars=(11, 0), actions=(0, 28)
    ),
    "g7-hiroshima-guiding-principles": Count(
        (11, 1, 12), principles=(11, 0), pillars=(0, 0), actions=(0, 12), left_out=(0, 1, 0)
    ),
    "jp-ai-guidelines-for-business-2024": Count(
        (10, 5, 9), principles=(13, 0), pillars=(10, 0), actions=(0, 9), more=(3, 5, 0)
    ),
    "jp-social-principles-human-centric-ai-2019": Count(
        (7, 0, 7), principles=(10, 0), pillars=(0, 0), actions=(0, 7), more=(3, 0, 0)
    ),
    "lu-ai-strategic-vision-2019": Count(
        (3, 7, 6), principles=(0, 0), pillars=(0, 7), actions=(0, 6), goals=3
    ),
    "lu-ai-strategy-2030": Count((4, 6, 11), principles=(0, 4), pillars=(6, 0), actions=(0, 11)),
    "nl-generative-ai-vision": Count(
        (4, 6, 34),
        principles=(4, 0),
        pillars=(6, 0),
        actions=(12, 22),
        goals=1,
        risks=1,
        more=(2, 0, 0),
    ),
    "nl-overheidsbreed-standpunt-generatieve-ai-2025": Count(
        (3, 0, 10), principles=(0, 3), pillars=(0, 0), actions=(0, 10)
    ),
    "nl-sapai-2019": Count((3, 3, 19), principles=(0, 3), pillars=(3, 0), actions=(0, 19)),
    "nl-voorlopig-standpunt-generatieve-ai-2023": Count(
        (1, 0, 9), principles=(0, 1), pillars=(0, 0), actions=(0, 9)
    ),
    "nl-werkagenda-waardengedreven-digitaliseren-2022": Count(
        (5, 5, 14), principles=(0, 5), pillars=(5, 0), actions=(0, 14)
    ),
    "oecd-ai-recommendation": Count((5, 7, 26), principles=(5, 0), pillars=(7, 0), actions=(21, 5)),
    "sdg-goals": Count(
        (2, 34, 43), principles=(0, 2), pillars=(17, 0), actions=(26, 0), left_out=(0, 17, 17)
    ),
    "seoul-declaration": Count(
        (3, 3, 21), principles=(0, 0), pillars=(3, 3), actions=(11, 10), goals=3, more=(0, 3, 0)
    ),
    "sg-model-ai-governance-framework-genai-2024": Count(
        (9, 0, 18), principles=(9, 0), pillars=(13, 0), actions=(0, 18), more=(0, 13, 0)
    ),
    "uk-ai-opportunities-action-plan-2025": Count(
        (4, 3, 50), principles=(4, 0), pillars=(3, 0), actions=(50, 0)
    ),
    "uk-generative-ai-framework-hmg-2024": Count(
        (10, 0, 10), principles=(10, 0), pillars=(4, 0), actions=(0, 10), more=(0, 4, 0)
    ),
    "uk-pro-innovation-ai-regulation-2023": Count(
        (5, 0, 11), principles=(5, 0), pillars=(0, 4), actions=(0, 11), more=(0, 4, 0)
    ),
    "un-ga-resolution-78-265": Count(
        (9, 10, 33), principles=(0, 9), pillars=(0, 10), actions=(31, 2)
    ),
    "un-global-digital-compact": Count(
        (12, 6, 31), principles=(0, 12), pillars=(5, 1), actions=(6, 25)
    ),
    "unesco-recommendation-ethics-ai": Count(
        (14, 13, 68), principles=(14, 0), pillars=(13, 0), actions=(68, 0)
    ),
    "us-blueprint-ai-bill-of-rights-2022": Count(
        (5, 0, 11), principles=(5, 0), pillars=(0, 0), actions=(0, 11)
    ),
    "us-executive-order-14110-2023": Count(
        (8, 9, 25), principles=(8, 0), pillars=(9, 0), actions=(25, 0)
    ),
    "us-nist-ai-600-1-2024": Count(
        (12, 2, 6), principles=(0, 0), pillars=(8, 0), actions=(6, 0), risks=12, more=(0, 6, 0)
    ),
    "us-nist-ai-rmf-2023": Count((7, 4, 19), principles=(7, 0), pillars=(4, 0), actions=(19, 0)),
    "vl-beleidsplan-ai-2019": Count(
        (4, 3, 15), principles=(0, 4), pillars=(3, 0), actions=(0, 15), goals=3, more=(3, 0, 0)
    ),
    "vl-richtlijnen-generatieve-ai-2025": Count(
        (6, 0, 6), principles=(0, 6), pillars=(0, 0), actions=(1, 5)
    ),
}

LEFT_OUT = {
    "g7-hiroshima-guiding-principles": "one row says that the principles have no grouping",
    "sdg-goals": "the full wordings repeat the 17 goals; a table counts targets and names none",
}
MORE = {
    "bletchley-declaration": "one row names six issues, each a quality",
    "ca-guide-generative-ai-faster": "parts of the guide, as pillars",
    "fr-strategie-nationale-ia": "the four axes of the second phase, as pillars",
    "jp-ai-guidelines-for-business-2024": "three philosophies as values, five parts in a pillar",
    "jp-social-principles-human-centric-ai-2019": "three philosophies as values",
    "nl-generative-ai-vision": "the vision's aim as a goal, a danger that it names as a risk",
    "seoul-declaration": "the three outcomes of the safety commitments, within their pillar",
    "sg-model-ai-governance-framework-genai-2024": "nine dimensions and four parts, as pillars",
    "uk-generative-ai-framework-hmg-2024": "four chapters, as pillars",
    "uk-pro-innovation-ai-regulation-2023": "four elements of the framework, as pillars",
    "us-nist-ai-600-1-2024": "two rows name four functions and four considerations",
    "vl-beleidsplan-ai-2019": "three aims of the plan, as goals",
}


def test_every_policy_is_counted_and_every_difference_explained(ask: Ask) -> None:
    rows = ask("SELECT ?slug { ?policy a pg:PolicyDocument ; dct:identifier ?slug }")
    assert sorted(row["slug"] for row in rows) == sorted(COUNTS)
    assert len(COUNTS) == 40
    assert {slug for slug, count in COUNTS.items() if any(count.left_out)} == set(LEFT_OUT)
    assert {slug for slug, count in COUNTS.items() if any(count.more)} == set(MORE)


@pytest.mark.parametrize("slug", COUNTS)
def test_each_row_became_an_element_or_is_left_out(slug: str) -> None:
    count = COUNTS[slug]
    made = (sum(count.principles) + count.goals + count.risks, sum(count.pillars))
    for kind, number in enumerate((*made, sum(count.actions))):
        assert number == count.rows[kind] - count.left_out[kind] + count.more[kind]


@pytest.mark.parametrize("slug", COUNTS)
def test_the_graph_has_what_was_counted(ask: Ask, slug: str) -> None:
    rows = ask(f"""SELECT ?kind ?standing (COUNT(DISTINCT ?element) AS ?number) {{
      VALUES ?kind {{ pg:Principle pg:Pillar pg:ActionPoint pg:Goal pg:Risk }}
      ?element a ?kind ; pg:elementOf policy:{slug} ; pg:standing ?standing
    }} GROUP BY ?kind ?standing""")
    found = {
        (row["kind"].rpartition("#")[2], row["standing"].rpartition("#")[2]): int(row["number"])
        for row in rows
    }

    def both(kind: str) -> tuple[int, int]:
        return found.get((kind, "Listed"), 0), found.get((kind, "InText"), 0)

    count = COUNTS[slug]
    assert both("Principle") == count.principles
    assert both("Pillar") == count.pillars
    assert both("ActionPoint") == count.actions
    assert (sum(both("Goal")), sum(both("Risk"))) == (count.goals, count.risks)


@pytest.mark.parametrize("slug", COUNTS)
def test_every_element_says_who_says_so_and_somebody_takes_part(ask: Ask, slug: str) -> None:
    [row] = ask(f"""SELECT (COUNT(DISTINCT ?who) AS ?people) (COUNT(DISTINCT ?bare) AS ?unsure) {{
      {{ GRAPH graph:{slug} {{ ?element cv:hasParticipation ?who }} }}
      UNION {{
        ?bare pg:elementOf policy:{slug} FILTER NOT EXISTS {{ ?bare pg:evidenceLevel ?level }}
      }}
    }}""")
    assert int(row["people"]) > 0
    assert int(row["unsure"]) == 0


def test_the_corpus_is_as_large_as_it_should_be(ask: Ask) -> None:
    [row] = ask("""SELECT (COUNT(DISTINCT ?principle) AS ?principles)
        (COUNT(DISTINCT ?pillar) AS ?pillars) (COUNT(DISTINCT ?action) AS ?actions) {
      { ?principle a pg:Principle } UNION { ?pillar a pg:Pillar } UNION { ?action a pg:ActionPoint }
    }""")
    assert int(row["principles"]) == sum(sum(count.principles) for count in COUNTS.values()) >= 200
    assert int(row["pillars"]) == sum(sum(count.pillars) for count in COUNTS.values()) >= 150
    assert int(row["actions"]) == sum(sum(count.actions) for count in COUNTS.values()) >= 650

"""One table of the kinds of pages, which every test about all of them goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

BASE = "https://w3id.org/policygraph/id/"
VISION = "/doc/policy/nl-generative-ai-vision"
_VISION = "policy/nl-generative-ai-vision"
POLICIES = ("nl-generative-ai-vision", "eu-ai-act", "oecd-ai-recommendation", "sdg-goals")

COUNTS = """PREFIX pg: <https://w3id.org/policygraph/ns#>
SELECT ?policy (COUNT(?action) AS ?actions)
WHERE { ?policy a pg:PolicyDocument ; pg:hasActionPoint ?action }
GROUP BY ?policy ORDER BY ?policy"""
LINKS = """PREFIX pg: <https://w3id.org/policygraph/ns#>
CONSTRUCT { ?a pg:cites ?b } WHERE { ?a pg:cites ?b . ?b a pg:PolicyDocument }"""

Step = Callable[[Page], None]


def answered(page: Page) -> None:
    """The script has shown the answer in the views that suit it."""
    expect(page.get_by_role("tabpanel").get_by_role("link").first).to_be_visible()


def view(name: str) -> Step:
    """A view of the answer is open."""

    def open_(page: Page) -> None:
        answered(page)
        page.locator(f"#view-{name}").click()
        shown = "pre:not(:empty)" if name == "raw" else "svg"
        expect(page.get_by_role("tabpanel").locator(shown).first).to_be_visible()

    return open_


def refused(page: Page) -> None:
    """The script has shown what is wrong, and offers to go there."""
    problem = page.get_by_role("region").locator(".problem")
    expect(problem.get_by_role("button").first).to_be_visible()


def drawn(page: Page) -> None:
    """The script has drawn a neighbourhood, as far as it is grown."""
    expect(page.locator("#content svg").locator("[aria-expanded=true]")).to_be_visible()


@dataclass(frozen=True)
class Kind:
    """An address of this kind, and what a reader waits for there."""

    path: str
    """Below the server; `{now}` and `{before}` stand for the two releases that it keeps."""
    status: int = 200
    ready: Step | None = None
    """What scripts add after the page is loaded."""
    withdrawn: bool = False
    """Whether the server of withdrawn things has it."""


def _compared(number: int) -> str:
    return "/compare?" + urlencode([("policy", slug) for slug in POLICIES[:number]])


def _asked(query: str) -> str:
    return "/sparql?" + urlencode({"query": query})


def _explored(slug: str, grown: str) -> str:
    return "/explore?" + urlencode({"iri": BASE + slug, "grown": BASE + grown})


KINDS = {
    "start": Kind("/"),
    "policies": Kind("/policies"),
    "policy": Kind(VISION),
    "policy-that-is-a-law": Kind("/doc/policy/eu-ai-act"),
    "pillar": Kind(f"{VISION}/pillar/1"),
    "action-point": Kind(f"{VISION}/action/1.1"),
    "principle": Kind(f"{VISION}/principle/2"),
    "risk": Kind(f"{VISION}/risk/public-values"),
    "takeaway": Kind(f"{VISION}/takeaway/1"),
    "alignment": Kind(f"{VISION}/alignment/1"),
    "participation": Kind(f"{VISION}/participation/1"),
    "statement": Kind(f"{VISION}/statement/1"),
    "expression": Kind(f"{VISION}/nl"),
    "goal-of-a-policy": Kind("/doc/policy/de-ki-strategie-2018-2020/goal/common-good"),
    "assessment": Kind("/doc/policy/be-national-convergence-plan-ai-2022/assessment/1"),
    "measurement": Kind("/doc/policy/eu-ai-act/measurement/warnings"),
    "source": Kind("/doc/document/ai4belgium-recommendations-2019"),
    "organisation": Kind("/doc/organisation/nl-bzk"),
    "group": Kind("/doc/group/citizens"),
    "initiative": Kind("/doc/initiative/gpt-nl"),
    "theme": Kind("/doc/theme/safety-security"),
    "instrument": Kind("/doc/instrument/regulatory-sandbox"),
    "goals": Kind("/doc/sdg:"),
    "goal": Kind("/doc/sdg:9"),
    "target": Kind("/doc/sdg:9.b"),
    "country": Kind("/doc/country:NLD"),
    "region": Kind("/doc/nuts:BE2"),
    "jurisdiction": Kind("/doc/jurisdiction/g7"),
    "scheme": Kind("/doc/scheme/stakeholder-kinds"),
    "concept": Kind("/doc/kind/advisory-body"),
    "role": Kind("/doc/role/author"),
    "state": Kind("/doc/status/announced"),
    "graph": Kind("/doc/graph/nl-generative-ai-vision"),
    "void": Kind("/.well-known/void"),
    "ontology": Kind("/ns"),
    "term": Kind("/ns#ActionPoint"),
    "shapes": Kind("/shapes"),
    "shape": Kind("/shapes#ActionPoint-status"),
    "compare": Kind("/compare"),
    "compare-by-goal": Kind("/compare?by=sdg"),
    "compare-by-instrument": Kind("/compare?by=instrument&place=country:NLD"),
    "compare-cell": Kind("/compare?of=nl-generative-ai-vision&on=safety-security"),
    "compare-nothing": Kind("/compare?place=country:NLD&until=1999"),
    "side-by-side": Kind(_compared(2)),
    "three-side-by-side": Kind(_compared(3)),
    "four-side-by-side": Kind(_compared(4)),
    "compare-unknown": Kind("/compare?policy=eu-ai-act&policy=nothing", 404),
    "explore": Kind("/explore"),
    "neighbourhood": Kind(_explored(_VISION, f"{_VISION}/pillar/1"), ready=drawn),
    "search": Kind("/search"),
    "found": Kind("/search?q=sandbox"),
    "found-misspelt": Kind("/search?q=sandbx+flandres"),
    "found-nothing": Kind("/search?q=qwertyuiop"),
    "found-more": Kind("/search?q=&kind=action&page=2"),
    "queries": Kind("/queries"),
    "queries-of-a-topic": Kind("/queries?topic=federated&q=wikidata"),
    "query-with-a-chart": Kind("/queries/attention-per-sdg"),
    "query-with-a-timeline": Kind("/queries/timeline"),
    "query-with-parameters": Kind("/queries/document-outline"),
    "query-of-yes-or-no": Kind("/queries/country-has-instrument"),
    "query-that-makes-a-graph": Kind("/queries/outline-to-download"),
    "query-that-calls-others": Kind("/queries/laws-in-force"),
    "editor": Kind("/sparql"),
    "answer-as-table": Kind(_asked(COUNTS), ready=answered),
    "answer-as-chart": Kind(_asked(COUNTS), ready=view("chart")),
    "answer-as-graph": Kind(_asked(LINKS), ready=view("graph")),
    "answer-as-text": Kind(_asked(COUNTS), ready=view("raw")),
    "answer-with-an-error": Kind(_asked("SELECT * WHERE {\n ?s a skos:Concept }"), 400, refused),
    "about": Kind("/about"),
    "model": Kind("/about/model"),
    "quality": Kind("/about/quality"),
    "access": Kind("/about/data"),
    "releases": Kind("/releases"),
    "release": Kind("/releases/{before}/"),
    "pinned": Kind("/releases/{before}/doc/policy/bletchley-declaration"),
    "changes": Kind("/releases/{now}/changes"),
    "feed": Kind("/feed"),
    "downloads": Kind("/download/"),
    "catalogue": Kind("/catalog"),
    "no-such-page": Kind("/nothing", 404),
    "no-such-thing": Kind("/doc/policy/nothing", 404),
    "bad-request": Kind("/search?kind=nothing", 400),
    "withdrawn": Kind("/doc/policy/old", 410, withdrawn=True),
}

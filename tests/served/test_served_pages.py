"""The pages of the repository's portal: every figure equals the answer of the query behind it."""

from __future__ import annotations

import html
import re

import httpx

PG = "https://w3id.org/policygraph/ns#"
POLICIES = 40


def page(client: httpx.Client, path: str, language: str = "nl") -> str:
    headers = {"Accept": "text/html", "Accept-Language": language}
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response.text


def asked(client: httpx.Client, link: str) -> list[dict[str, str]]:
    """The rows of the answer to the query that a link opens."""
    answer = client.get(
        html.unescape(link), headers={"Accept": "application/sparql-results+json"}
    ).json()
    columns = answer["head"]["vars"]
    return [
        {c: row[c]["value"] for c in columns if c in row} for row in answer["results"]["bindings"]
    ]


def different(rows: list[dict[str, str]]) -> int:
    """How many different things there are in the first column."""
    return len({next(iter(row.values())) for row in rows})


def number(text: str) -> int:
    return int(text.replace("\u202f", ""))


def check_parts(client: httpx.Client, text: str) -> dict[str, int]:
    """Check each part that has a figure, and return the figures."""
    figures = {}
    for chunk in text.split('<section class="part"')[1:]:
        key = re.search(r'<h2 id="([\w-]+)">', chunk)
        assert key is not None
        head = chunk.partition('<div class="part-body">')[0]
        count = re.search(r'<span class="count">([\d\u202f]+)</span></h2>', head)
        link = re.search(r'<a class="ask" href="([^"]+)"', head)
        if count is None:
            continue
        assert link is not None, key[1]
        figures[key[1]] = number(count[1])
        assert figures[key[1]] == different(asked(client, link[1])), key[1]
        for inner, behind in re.findall(
            r'<p class="figure"><b>(\d+)</b>[^<]*<a class="ask" href="([^"]+)"', head
        ):
            assert int(inner) == different(asked(client, behind)), key[1]
    return figures


def policy_paths(client: httpx.Client) -> list[str]:
    found = re.findall(r'<th scope="row"><a href="(/doc/policy/[^"]+)">', page(client, "/policies"))
    assert len(set(found)) == POLICIES
    return found


def test_every_figure_of_a_policy(client: httpx.Client) -> None:
    for path in policy_paths(client):
        text = page(client, path)
        figures = check_parts(client, text)
        contents = dict(re.findall(r'<a href="#(\w+)">[^<]+</a> <span class="count">(\d+)<', text))
        for key, count in contents.items():
            assert figures[key] == int(count), (path, key)
        structure = text.partition('<h2 id="structure">')[2].partition('<section class="part"')[0]
        shown = structure.count('<div class="entry">')
        pillars = re.search(r'<p class="figure"><b>(\d+)</b>', structure)
        assert shown == figures.get("structure", 0) + (int(pillars[1]) if pillars else 0), path
        listed = text.partition('<h2 id="principles">')[2].partition('<section class="part"')[0]
        assert listed.count('<div class="entry">') == figures.get("principles", 0), path
        split = re.search(r'<p class="note">(\d+) genoemd, (\d+) in de tekst', structure)
        if split:
            link = re.search(r'<a class="ask" href="([^"]+)"', structure)
            assert link is not None
            rows = asked(client, link[1])
            in_text = {r["action"] for r in rows if r.get("standing") == f"{PG}InText"}
            assert int(split[2]) == len(in_text), path
            assert int(split[1]) == different(rows) - len(in_text), path


def test_the_levels_of_evidence_of_a_policy(client: httpx.Client) -> None:
    for path in policy_paths(client):
        glance = page(client, path, "en").partition('<h2 id="glance">')[2]
        legend = re.search(r'<ul class="legend">(.*?)</ul>', glance)
        link = re.search(r'<p class="note">.*?<a class="ask" href="([^"]+)"', glance)
        assert legend is not None
        assert link is not None
        shown = re.findall(r'<b>(\d+)</b> <span class="sure sure-(\w+)"', legend[1])
        rows = asked(client, link[1])
        levels = {
            level: len({r["claim"] for r in rows if r["level"].lower().startswith(PG + level)})
            for level in ("primary", "secondary", "uncorroborated")
        }
        assert {level: int(count) for count, level in shown} == {
            k: n for k, n in levels.items() if n
        }


def test_every_figure_of_the_things_that_the_start_page_leads_to(client: httpx.Client) -> None:
    text = page(client, "/", "en")
    check_parts(client, text)
    for link, shown in re.findall(r'<li><a href="([^"]+)"[^>]*><b>([^<]+)</b>', text):
        [row] = asked(client, link)
        assert int(row["count"]) == number(shown)
    things = sorted(
        set(
            re.findall(
                r'<a href="(/doc/(?:theme|instrument|sdg:|country:|nuts:|jurisdiction)[^"]*)"', text
            )
        )
    )
    assert len(things) > 60
    for path in things:
        figures = check_parts(client, page(client, path, "en"))
        assert figures, path


def test_every_figure_of_parts_of_policies_and_of_concepts(client: httpx.Client) -> None:
    for path, wanted in {
        "/doc/policy/nl-generative-ai-vision/action/3.1": {"sdgs", "same_instrument"},
        "/doc/policy/nl-generative-ai-vision/principle/1": {"sdgs", "close", "same_theme"},
        "/doc/policy/nl-generative-ai-vision/pillar/1": {"actions"},
        "/doc/kind/sandbox": {"uses"},
        "/doc/role/author": {"in_role"},
    }.items():
        text = page(client, path, "en")
        assert wanted <= set(check_parts(client, text)), path
    # a kind of initiative says nothing of documents
    uses = page(client, "/doc/kind/sandbox").partition('<h2 id="uses">')[2]
    assert '<div class="document">' not in uses.partition("</section>")[0]


def test_indexes_agree_with_the_pages_that_they_lead_to(client: httpx.Client) -> None:
    text = page(client, "/", "en")
    themes = text.partition('<h2 id="themes">')[2].partition('<section class="part"')[0]
    entries = re.findall(r'<li><a href="([^"]+)">[^<]+</a> <span class="count">(\d+)<', themes)
    assert len(entries) == 10
    for path, count in entries:
        note = re.search(r'<p class="note">in (\d+) documents?</p>', page(client, path, "en"))
        assert note is not None
        assert note[1] == count


def test_a_theme_names_the_document_beside_each_principle(client: httpx.Client) -> None:
    text = page(client, "/doc/theme/safety-security", "en")
    uses = text.partition('<ul class="uses"')[2].partition("\n</ul>\n</div>")[0]
    groups = re.findall(r'<div class="document"><a href="(/doc/policy/[^"/]+)">', uses)
    assert len(groups) == len(set(groups)) > 20
    for own, path in re.findall(
        r'<div class="document"><a href="(/doc/policy/[^"/]+)">.*?<ul role="list">\n<li>(?:<span class="number">[^<]+</span> )?<a href="([^"]+)">',  # noqa: E501
        uses,
        re.DOTALL,
    ):
        assert path.startswith(own + "/")

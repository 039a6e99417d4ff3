"""A Memento client (RFC 7089) finds what an address answered on a day."""

from __future__ import annotations

import re

import httpx
import pytest

from policygraph.release import Release

from .conftest import POLICY
from .test_pinned import VERSION, asked

PAGE = f"/doc/policy/{POLICY}"


def links(response: httpx.Response) -> dict[str, str]:
    """What the Link header says, by relation."""
    found: dict[str, str] = {}
    for target, parameters in re.findall(r"<([^>]*)>((?:\s*;\s*\w+=\"[^\"]*\")*)",
                                         ", ".join(response.headers.get_list("link"))):  # fmt: skip
        [relations] = re.findall(r'rel="([^"]*)"', parameters)
        found |= dict.fromkeys(relations.split(), target)
    return found


@pytest.mark.parametrize(
    ("moment", "at"),
    [
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0),  # before the first: the first
        ("Sat, 10 Jan 2026 00:00:00 GMT", 1),  # of two of one day the later
        ("Sun, 31 May 2026 23:59:59 GMT", 1),
        ("Mon, 01 Jun 2026 00:00:00 GMT", 2),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 2),
        (None, 2),
    ],
)
def test_from_an_address_to_what_it_was(
    client: httpx.Client, editions: list[Release], moment: str | None, at: int
) -> None:
    now = client.get(f"{PAGE}.ttl")
    gate = links(now)["timegate"]
    headers = {"Accept-Datetime": moment} if moment else {}
    found = client.get(gate, headers=headers)
    assert found.status_code == 302
    assert "accept-datetime" in found.headers["vary"].lower()
    assert "memento-datetime" not in found.headers
    assert links(found)["original"] == str(now.url)
    memento = client.get(found.headers["location"])
    assert memento.status_code == 200
    assert f"edition {editions[at].portal.version}" in memento.text
    told = links(memento)
    assert told["original"] == str(now.url)
    assert told["timegate"] == gate
    dates = ["Sat, 10 Jan 2026 00:00:00 GMT"] * 2 + ["Mon, 01 Jun 2026 00:00:00 GMT"]
    assert memento.headers["memento-datetime"] == dates[at]


def test_the_time_map_lists_every_release(client: httpx.Client, editions: list[Release]) -> None:
    answer = client.get(links(client.get(PAGE))["timemap"])
    assert answer.headers["content-type"].startswith("application/link-format")
    rows = re.findall(r"<([^>]*)>; (.*?)(?:,\n|\n$)", answer.text)
    assert [target.partition(PAGE)[0].rpartition("/")[2] for target, _ in rows[3:]] == [
        release.id for release in editions
    ]
    assert rows[0] == (f"{client.base_url}{PAGE}", 'rel="original"')
    assert 'rel="first memento"' in rows[3][1]
    assert 'datetime="Sat, 10 Jan 2026 00:00:00 GMT"' in rows[4][1]
    assert 'rel="last memento"' in rows[5][1]
    for target, _ in rows[3:]:
        assert "memento-datetime" in client.head(target).headers


def test_a_query_has_mementos(client: httpx.Client, editions: list[Release]) -> None:
    pinned = asked(client, f"/releases/{editions[0].id}")
    original = links(pinned)["original"]
    assert original == str(asked(client).url)
    found = client.get(
        links(pinned)["timegate"], headers={"Accept-Datetime": "Sat, 10 Jan 2026 00:00:00 GMT"}
    )
    answer = client.get(found.headers["location"])
    assert answer.json()["results"]["bindings"][0]["version"]["value"] == "0.10"


def test_what_has_no_other_times_says_nothing(client: httpx.Client) -> None:
    for path in ("/sparql", "/health", "/metrics", "/releases", "/robots.txt", "/doc/policy/no"):
        answer = client.get(path, params={"query": VERSION} if path == "/sparql" else {})
        assert "timegate" not in links(answer), path
        assert "memento-datetime" not in answer.headers


@pytest.mark.parametrize("wrong", ["yesterday", "2026-01-10", "", "99"])
def test_a_moment_that_is_none_is_refused(client: httpx.Client, wrong: str) -> None:
    answer = client.get(f"/timegate{PAGE}", headers={"Accept-Datetime": wrong})
    assert answer.status_code == 400


def test_no_header_can_be_broken_by_an_address(client: httpx.Client) -> None:
    assert client.get("/timegate/a%0D%0ASet-Cookie:x").status_code == 404
    for path in ("/timegate/a%3E", "/timegate/?a=%3E%0D%0ASet-Cookie:x", '/timegate/">;rel=x'):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "set-cookie" not in answer.headers
        assert links(answer).keys() == {"original", "timemap"}

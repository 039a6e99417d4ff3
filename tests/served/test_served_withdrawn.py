"""What was withdrawn answers 410 on a real server, and names what replaces it."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.served.conftest import serving

PREFIXES = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> ."""


def test_what_was_withdrawn_names_what_replaces_it(tmp_path: Path) -> None:
    old, new = (f"https://w3id.org/policygraph/id/policy/{slug}" for slug in ("old", "new"))
    dump = tmp_path / "withdrawn.ttl"
    dump.write_text(
        f"{PREFIXES} <{old}> owl:deprecated true ; dct:isReplacedBy <{new}> ."
        f' <{new}> dct:title "New"@en .',
        encoding="utf-8",
    )
    with serving("--dump", dump) as server, httpx.Client(base_url=server, timeout=60) as client:
        for path in ("/id/policy/old", "/doc/policy/old", "/doc/policy/old.ttl"):
            answer = client.get(path, headers={"Accept": "text/turtle, application/json;q=0.1"})
            assert (answer.status_code, answer.json()["successor"]) == (410, new)
        page = client.get("/id/policy/old", headers={"Accept": "text/html"})
        assert page.status_code == 410
        assert 'href="/doc/policy/new"' in page.text
        assert client.get("/id/policy/new").status_code == 303

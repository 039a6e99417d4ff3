"""Built files are served from here, and never change."""

from __future__ import annotations

import os
import re

import pytest

from policygraph.web.assets import BUILT, built

from .conftest import Client

pytestmark = pytest.mark.skipif(
    not built() and "CI" not in os.environ,
    reason="the front end is not built: `python hatch_build.py build`",
)


@pytest.mark.parametrize("name", built())
def test_what_is_built_is_served_for_ever(client: Client, name: str) -> None:
    response = client.get(built()[name])
    assert response.status_code == 200
    assert "immutable" in response.headers["cache-control"]
    known = client.get(built()[name], if_none_match=response.headers["etag"])
    assert known.status_code == 304
    assert "immutable" in known.headers["cache-control"]


def test_the_typefaces_are_served_from_here(client: Client) -> None:
    sheet = client.get(built()["fonts.css"]).text
    addresses = re.findall(r"url\(\"?([^)\"]+)\"?\)", sheet)
    assert addresses
    for address in addresses:
        font = client.get(f"/static/built/{address}")
        assert font.headers["content-type"] == "font/woff2"
        assert font.content.startswith(b"wOF2")


def test_what_has_no_digest_in_its_name_may_change(client: Client) -> None:
    for name in ("manifest.json", "licences.txt"):
        assert "cache-control" not in client.get(f"/static/built/{name}").headers


def test_licences_of_all_that_is_bundled_are_there() -> None:
    text = (BUILT / "licences.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in text
    assert re.findall(r"^@fontsource-variable/source-serif-4 \d", text, re.MULTILINE)

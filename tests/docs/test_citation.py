"""The citation file says what the portal says."""

from __future__ import annotations

import re

from policygraph.sources import Sources
from tests.conftest import REPOSITORY

CFF = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")


def values(key: str) -> list[str]:
    """The values of a key at the top, without their quotes."""
    found = re.findall(rf"^{key}: (.+)$|^{key}:\n((?:  - .*\n)+)", CFF, re.MULTILINE)
    lines = [line for one, many in found for line in ([one] if one else many.splitlines())]
    return [line.removeprefix("  - ").strip('"') for line in lines]


def test_it_has_what_the_format_demands() -> None:
    """Citation File Format 1.2.0, required keys and the values that they may have."""
    assert values("cff-version") == ["1.2.0"]
    assert values("message")[0]
    assert values("type") == ["dataset"]
    keys = re.findall(r"^([a-z-]+):", CFF, re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert set(keys) <= set("cff-version message type title abstract authors version date-released "
                            "url license keywords".split())  # fmt: skip
    assert values("license") == ["CC-BY-4.0"]


def test_it_is_in_step_with_the_portal(sources: Sources) -> None:
    portal = sources.portal
    assert values("version") == [portal.version]
    assert values("date-released") == [portal.date]
    assert values("url") == [portal.base]
    assert values("title") == [portal.title["en"]]
    assert values("authors") == [f'name: "{portal.publisher_name["en"]}']

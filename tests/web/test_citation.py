"""A citation names who, what, when and which content, in forms that other programs read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware

from policygraph.release import Release
from policygraph.settings import Portal
from policygraph.web.citation import cite

from .conftest import Client

PORTAL = Portal(
    version="1.2",
    date="2026-11-24",
    title={"nl": "Beleid & meer", "en": "Policy & more_or_less {1}"},
    publisher_name={"en": "the contributors"},
)
RELEASE = Release(Path(), "0123456789abcdef" * 4, PORTAL)
POLICY = PORTAL.base + "id/policy/vision"


def test_a_release_is_named_by_its_content() -> None:
    assert cite(RELEASE, "http://here").plain == (
        "the contributors (2026-11-24). Policy & more_or_less {1} (version 1.2, release "
        "0123456789abcdef) [data set]. https://w3id.org/policygraph/"
    )


def test_a_policy_is_cited_as_part_of_the_release() -> None:
    found = cite(RELEASE, "http://here", "nl", POLICY, "Visie")
    assert found.plain == (
        "the contributors (2026-11-24). Visie. In: Beleid & meer (versie 1.2, uitgave "
        f"0123456789abcdef) [dataset]. {POLICY}"
    )
    assert json.loads(found.csl)[0]["container-title"] == "Beleid & meer"


def test_bibtex_escapes_what_tex_would_read() -> None:
    entry = cite(RELEASE, "http://here").bibtex
    assert entry.startswith("@misc{policygraph-0123456789abcdef,\n")
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", entry, re.MULTILINE))
    assert fields["title"] == r"{Policy \& more\_or\_less \{1\}}"
    assert fields["url"] == "https://w3id.org/policygraph/"
    assert fields["year"] == "2026"


TITLES = (
    "Visie op generatieve AI: \u201cwaarde(n)vol\u201d \u2013 één aanpak, 'nu' \"echt\"",
    "Stratégie nationale, and more & cœur ; 100 % #1 $5 x_y ~a^b <c> \\d",
    "{AI} in {the {public}} sector",
    "Ελλάδα, 日本 and Łódź 😀",
    "on two\n  lines\tand more",
)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_reference_managers_read_every_field_whole(title: str, language: str) -> None:
    author = "Ministère de l\u2019Économie, and {others} & co"
    portal = replace(PORTAL, publisher_name={"en": author}, title={"en": title})
    release = replace(RELEASE, portal=portal)
    line = " ".join(title.split())
    for part, name in (("", ""), (POLICY, title)):
        found = cite(release, "http://here", language, part, name)
        library = parse_string(found.bibtex, append_middleware=[LatexDecodingMiddleware()])
        assert library.failed_blocks == []
        [entry] = library.entries
        told = {field.key: field.value.replace("\u02c6", "^") for field in entry.fields}
        assert (entry.entry_type, told["title"], told["author"]) == ("misc", line, author)
        assert (told["year"], told["date"], told["version"]) == ("2026", "2026-11-24", "1.2")
        assert told["url"] == (part or portal.base)
        assert told.get("booktitle") == (line if part else None)
        assert RELEASE.id in told["note"]
        [ris] = rispy.loads(found.ris)
        assert ris["authors"] == [author]
        assert (ris["title"], ris["year"], ris["date"]) == (line, "2026", "2026/11/24")
        assert ris["urls"] == [part or portal.base]
        assert ris.get("secondary_title") == (line if part else None)
        [item] = json.loads(found.csl)
        assert (item["title"], item["author"]) == (line, [{"literal": author}])


@pytest.mark.parametrize("title", ["an open { brace", "} and {", "a } closed one"])
def test_a_brace_without_its_pair_ends_no_field(title: str) -> None:
    found = cite(RELEASE, "http://here", "en", POLICY, title)
    library = parse_string(found.bibtex)
    assert library.failed_blocks == []
    keys = [field.key for field in library.entries[0].fields]
    assert keys == "author title booktitle year date version note url".split()


def test_a_date_that_is_none_is_no_date() -> None:
    undated = replace(RELEASE, portal=replace(PORTAL, date="spring 2026"))
    found = cite(undated, "http://here")
    [entry] = parse_string(found.bibtex).entries
    assert {f.key: f.value for f in entry.fields}["year"] == "2026"
    assert "date" not in entry
    [ris] = rispy.loads(found.ris)
    assert (ris["year"], "date" in ris) == ("2026", False)


def test_ris_begins_with_its_type_and_ends() -> None:
    lines = cite(RELEASE, "http://here").ris.split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1])


def test_csl_has_the_date_in_parts_where_it_is_a_date() -> None:
    [item] = json.loads(cite(RELEASE, "http://here").csl)
    assert item["issued"] == {"date-parts": [[2026, 11, 24]]}
    undated = replace(RELEASE, portal=replace(PORTAL, date="spring 2026"))
    assert json.loads(cite(undated, "http://here").csl)[0]["issued"] == {"raw": "spring 2026"}


def test_without_a_publisher_the_title_stands_for_it() -> None:
    bare = replace(RELEASE, portal=replace(PORTAL, publisher_name={}))
    assert cite(bare, "http://here").plain.startswith("Policy & more_or_less {1} (2026-11-24). ")


def test_the_page_of_a_policy_says_how_to_cite_it(client: Client) -> None:
    page = client.page("/doc/policy/vision", "en")
    assert page.status_code == 200
    [plain] = re.findall(r'<p class="citation">(.*?)</p>', page.text)
    assert "Vision. In: Trial" in plain
    assert plain.endswith(POLICY)
    assert "@misc{vision-" in page.text

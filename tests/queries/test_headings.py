"""Every column of the catalogue has a heading; one that has none is refused, with its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from policygraph.errors import BrokenInput
from policygraph.namespaces import CSVW, RDFS
from policygraph.queries import CatalogueQuery, as_triples, read_catalogue
from policygraph.sources import Sources, find_portal
from policygraph.terms import Literal
from policygraph.web.saved.filling import columns_of

SOURCES = find_portal(Path(__file__).resolve().parents[2])
CATALOGUE = read_catalogue(SOURCES)
HEADER = """\
#+ title.nl = "Onderdelen"
#+ title.en = "Parts"
#+ question.nl = "Welke onderdelen zijn er?"
#+ question.en = "Which parts are there?"
#+ rows = 1
"""
SHARED = 'part = { nl = "onderdeel", en = "part" }\n'


def portal(folder: Path, select: str, own: str = "", shared: str = SHARED) -> Sources:
    """A portal with one query."""
    for name in ("ontology", "data", "shapes", "queries/structure"):
        (folder / name).mkdir(parents=True)
    (folder / "policygraph.toml").write_text(
        (SOURCES.root / "policygraph.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (folder / "queries" / "columns.toml").write_text(shared, encoding="utf-8")
    text = f"{HEADER}{own}\n{select}\nWHERE {{ ?part ?is ?thing }}\n"
    (folder / "queries" / "structure" / "parts.rq").write_text(text, encoding="utf-8")
    return find_portal(folder)


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.slug)
def test_every_column_says_what_it_is_in_each_language(query: CatalogueQuery) -> None:
    assert list(query.columns) == (columns_of(query.text) or [])
    for name, texts in query.columns.items():
        assert texts.keys() >= query.title.keys()
        # A heading is no variable: words, which begin small where their language lets them.
        assert name not in texts.values() or name.islower()
        assert all(text == text.strip() and len(text) < 45 for text in texts.values())


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.slug)
def test_headings_are_data(query: CatalogueQuery) -> None:
    triples = list(as_triples(query, SOURCES.portal.base))
    named = {s: o.value for s, p, o in triples if p.value == CSVW.name and isinstance(o, Literal)}
    told: dict[str, dict[str, str]] = {}
    for subject, predicate, text in triples:
        if subject in named and predicate.value == RDFS.label and isinstance(text, Literal):
            told.setdefault(named[subject], {})[text.language or ""] = text.value
    assert told == query.columns


def test_the_shared_headings_are_each_used_by_several() -> None:
    known = tomllib.loads((SOURCES.root / "queries/columns.toml").read_text(encoding="utf-8"))
    for name, texts in known.items():
        using = [
            query.slug
            for query in CATALOGUE
            if texts in (query.columns.get(name), query.columns.get(f"{name}Label"))
        ]
        assert len(using) > 1, name


def test_a_heading_is_shared_or_own_and_that_of_a_name_is_that_of_the_thing(
    tmp_path: Path,
) -> None:
    own = '#+ [columns]\n#+ number = { nl = "nr.", en = "no." }\n'
    select = 'SELECT (COUNT(?thing) AS ?number) ?partLabel (IF(?x, ?y, "?z)") AS ?part) # ?w'
    [query] = read_catalogue(portal(tmp_path, select, own))
    part = {"nl": "onderdeel", "en": "part"}
    assert query.columns == {
        "number": {"nl": "nr.", "en": "no."}, "partLabel": part, "part": part,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("select", "own", "shared", "told"),
    [
        ("SELECT ?part ?thing", "", SHARED, "parts.rq:7:14: column ?thing has no heading in nl"),
        ("SELECT ?part\n  (COUNT(?is) AS ?n)", "", SHARED, "8:18: column ?n has no heading in nl"),
        ("SELECT ?part", "", 'part = { nl = "onderdeel" }', "7:8: column ?part has no heading"),
        ("SELECT ?part", "", 'part = { nl = "", en = "part" }', "no heading in nl"),
        ("SELECT *", "", SHARED, "7:8: column ?* has no heading"),
        ("SELECT ?part", '#+ [columns]\n#+ parts.en = "parts"\n', SHARED, "?parts, which is no"),
        ("SELECT ?part", "#+ columns = 3\n", SHARED, "the header lacks or misuses"),
        ("SELECT ?part", "", "part = onderdeel", "columns.toml:1:8: it is no TOML"),
        ("ASK", '#+ [columns]\n#+ part.en = "part"\n', SHARED, "?part, which is no column"),
    ],
)  # fmt: skip
def test_a_column_without_a_heading_is_refused(
    tmp_path: Path, select: str, own: str, shared: str, told: str
) -> None:
    with pytest.raises(BrokenInput, match=re.escape(told)):
        read_catalogue(portal(tmp_path, select, own, shared))

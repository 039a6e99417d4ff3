"""Other values for saved queries: what a server binds, with only a release, is the catalogue's."""

from __future__ import annotations

import pytest

from policygraph.errors import BrokenInput
from policygraph.namespaces import prefixes
from policygraph.queries import CatalogueQuery, read_catalogue, term
from policygraph.sources import find_portal
from policygraph.web.saved.filling import (
    Hole,
    called,
    columns_of,
    filled,
    form_of,
    hole,
    template,
)  # fmt: skip
from tests.conftest import REPOSITORY

SOURCES = find_portal(REPOSITORY)
BASE = SOURCES.portal.base
PREFIXES = prefixes(BASE)
OTHERS = {"iri": "pg:SomethingElse", "language": "fr", "date": "1999-12-31", "integer": "-7",
          "string": 'a "quoted" $value'}  # fmt: skip

every_query = pytest.mark.parametrize(
    "query", read_catalogue(SOURCES), ids=lambda query: query.slug
)


def holes_of(query: CatalogueQuery) -> dict[str, Hole]:
    return {p.name: hole(p.name, term(p, p.example, BASE), PREFIXES) for p in query.parameters}


@every_query
def test_other_values_stand_where_the_catalogue_puts_them(query: CatalogueQuery) -> None:
    published = query.bind({}, BASE)
    for parameter in query.parameters:
        values = {parameter.name: OTHERS[parameter.kind]}
        assert filled(published, holes_of(query), values, PREFIXES) == query.bind(values, BASE)
    everything = {p.name: OTHERS[p.kind] for p in query.parameters}
    assert filled(published, holes_of(query), everything, PREFIXES) == query.bind(everything, BASE)


@every_query
def test_a_template_is_the_text_of_the_catalogue(query: CatalogueQuery) -> None:
    pieces = template(query.bind({}, BASE), holes_of(query))
    assert "".join(f"${p}" if at % 2 else p for at, p in enumerate(pieces)) == query.text


@every_query
def test_kinds_and_bare_names_are_those_of_the_header(query: CatalogueQuery) -> None:
    for parameter in query.parameters:
        place = holes_of(query)[parameter.name]
        assert place.kind == parameter.kind
        if parameter.kind == "iri" and parameter.below:
            assert place.below == PREFIXES[parameter.below]
        values = {parameter.name: place.example}
        assert filled(query.bind({}, BASE), holes_of(query), values, PREFIXES) == query.bind(
            {}, BASE
        )


@every_query
def test_form_and_calls(query: CatalogueQuery) -> None:
    assert form_of(query.text) == query.form
    assert tuple(called(query.text)) == query.calls
    assert (columns_of(query.text) is None) == (query.form != "SELECT")


def test_only_whole_terms_are_replaced() -> None:
    holes = {"language": hole("language", '"en"', {}), "n": hole("n", "1", {})}
    text = 'SELECT * { ?x ?p "en"@en, "en"^^<t>, "en", \'en\', """en""", 1, 11, 1.0 # "en" 1\n}'
    expected = 'SELECT * { ?x ?p "en"@en, "en"^^<t>, "nl", \'en\', """en""", 2, 11, 1.0 # "en" 1\n}'
    assert filled(text, holes, {"language": "nl", "n": "2"}, {}) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [({"language": "English"}, "no language"), ({"lang": "en"}, "takes: language, x, day"),
     ({"x": "a b> . } #"}, "not an absolute IRI"), ({"day": "1-1-2024"}, "no date")],
)  # fmt: skip
def test_what_does_not_fit_is_refused(value: dict[str, str], reason: str) -> None:
    day = '"2024-01-01"^^<http://www.w3.org/2001/XMLSchema#date>'
    terms = {"language": '"en"', "x": "<http://example.org/a>", "day": day}
    holes = {name: hole(name, term_, {}) for name, term_ in terms.items()}
    with pytest.raises(BrokenInput, match=reason):
        filled("ASK {}", holes, value, {})


def test_columns() -> None:
    head = "SELECT DISTINCT ?a (COUNT(?b) AS ?n) (IF(?c, (?d), 1) AS $e) "
    assert columns_of(f"{head} WHERE {{ ?x ?y ?z }}") == ["a", "n", "e"]
    assert columns_of("SELECT * { ?x ?y ?z }") is None

"""The columns of `SELECT *`."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from policygraph.engine.columns import named_columns
from policygraph.namespaces import BASE

TEXTS = {
    "SELECT * { ?s ?p ?o }": "s p o",
    "select distinct * where{?s a ?c;<urn:p>?o,?c.}": "s c o",
    "PREFIX x: <urn:x?no=1#> SELECT * WHERE { ?b x:p/x:q? ?a } ORDER BY ?a LIMIT 3": "b a",
    "SELECT * { $b <urn:p?no> ?a } # { ?z ?z ?z }": "b a",
    "SELECT * { ?b <urn:p> '?no' ; <urn:q> ?a }": "b a",
    "SELECT * { ?b <urn:p> ?c # ?no\n FILTER(?no2 = ?c) BIND(1 AS ?a) }": "b c a",
    "SELECT * { ?b <urn:p> ?a MINUS { ?b <urn:q> ?no } }": "b a",
    "SELECT * { ?b <urn:p> ?a } VALUES ?c { 1 }": "b a c",
    "SELECT * { ?\u00e9\u00b7x <urn:p> ?a }": "",
    "SELECT * { { SELECT * { ?b <urn:p> ?a } } }": "b a",
    "SELECT (COUNT(*) AS ?n) { ?b <urn:p> ?a }": "n",
    "SELECT * { _:x <urn:p> [ <urn:q> ?b ; <urn:r> ?a ] }": "b a",
    "SELECT * { <<( ?b <urn:p> ?a )>> <urn:q> ?c }": "b a c",
}


@pytest.mark.parametrize(("text", "columns"), TEXTS.items())
def test_columns_come_in_the_order_of_the_text(text: str, columns: str) -> None:
    named = ox.Store().query(named_columns(text, BASE), base_iri=BASE)
    given = ox.Store().query(text, base_iri=BASE)
    assert isinstance(named, ox.QuerySolutions)
    assert isinstance(given, ox.QuerySolutions)
    assert {v.value for v in named.variables} == {v.value for v in given.variables}
    if columns:
        assert [v.value for v in named.variables] == columns.split()


@pytest.mark.parametrize(
    "text",
    ["SELECT * { ?s ?p ?o } GROUP BY ?s ?p ?o", "SELECT * { ?s x:p ?o }", "SELECT * { ?s ?p }",
     "SELECT * { ?s ?p ?o } LIMIT"],
)  # fmt: skip
def test_what_is_wrong_stays_wrong(text: str) -> None:
    with pytest.raises(SyntaxError):
        ox.Store().query(named_columns(text, BASE), base_iri=BASE)

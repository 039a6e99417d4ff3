"""Which queries look small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.engine import Query
from policygraph.engine.small import is_small

THING = "<http://e.test/a>"


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?p ?o WHERE {{ {THING} ?p ?o }}",
        f"SELECT * {{{THING} ?p ?o}}",
        f"SELECT ?l {{ {THING} a ?t ; rdfs:label ?l FILTER(LANG(?l) = 'nl') }} ORDER BY ?l",
        "PREFIX e: <http://e.test/> ASK {\n e:a e:b e:c }",
        "PREFIX : <http://e.test/> ASK { : ?p 1 }",
        f"CONSTRUCT WHERE {{ {THING} ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) {{ {THING} ?p ?o }}",
    ],
)
def test_what_begins_with_one_thing_is_small(text: str) -> None:
    assert is_small(Query(text))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        f"SELECT * {{ ?s ?p {THING} }}",
        f"SELECT * {{ {THING} ?p ?o OPTIONAL {{ ?o ?q ?r }} }}",
        f"SELECT * {{ {THING} <http://e.test/p>+ ?o }}",
        f"SELECT * {{ {THING} <http://e.test/p>* ?o }}",
        f"SELECT * FROM <http://e.test/g> {{ {THING} ?p ?o }}",
        f"SELECT * {{ SERVICE {THING} }}",
        f"SELECT * {{ {THING} ?p '\\u0041' }}",
        "SELECT * { FILTER regex(?x, 'a:b') ?x ?y ?z }",
        "SELECT * { BIND (<urn:x> AS ?x) ?x ?y ?z }",
        "SELECT * {}",
        "SELECT * { VALUES ?x { <urn:x> } ?x ?y ?z }",
        "DESCRIBE <urn:x>",
        "# { <urn:x> ?p ?o }\nSELECT * { ?s ?p ?o }",
        f"SELECT * {{ {THING} ?p ?o }} #" + "x" * 5000,
        "",
    ],
)
def test_all_else_is_not(text: str) -> None:
    assert not is_small(Query(text))


def test_who_asks_for_a_dataset_or_a_time_limit_is_evaluated_elsewhere() -> None:
    text = f"SELECT * {{ {THING} ?p ?o }}"
    assert not is_small(Query(text, default_graphs=("urn:g",)))
    assert not is_small(Query(text, named_graphs=("urn:g",)))
    assert not is_small(Query(text, seconds=1.0))


@given(before=st.text(), after=st.text(), word=st.sampled_from(["SERVICE", "from", "\\u0053", "{"]))
def test_no_text_with_a_call_a_dataset_or_a_second_group_is_small(
    before: str, after: str, word: str
) -> None:
    assert not is_small(Query(f"{before}SELECT * {{ {THING} ?p ?o }}{after}{word}"))

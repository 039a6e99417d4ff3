"""What the query editor is told about the graph."""

from __future__ import annotations

from policygraph.namespaces import PG, RDF, SKOS

from .conftest import Client


def test_terms_of_this_release(client: Client) -> None:
    response = client.get("/sparql/terms.json?lang=nl")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-language"] == "nl"
    terms = response.json()
    assert terms["prefixes"]["pg"] == "https://w3id.org/policygraph/ns#"
    classes = {term["iri"]: term for term in terms["classes"]}
    assert classes[PG.PolicyDocument] | {"count": 0} == {
        "iri": PG.PolicyDocument,
        "label": "beleidsdocument",
        "count": 0,
    }
    counts = [term["count"] for term in terms["properties"]]
    assert counts == sorted(counts, reverse=True)
    theme = next(term for term in terms["properties"] if term["iri"] == PG.theme)
    assert theme["label"] == "thema"
    assert [terms["classes"][at]["iri"] for at in theme["of"]] == [PG.Principle]
    # Foreign terms have names, too.
    labels = {term["iri"]: term["label"] for term in terms["properties"]}
    assert (labels[SKOS.prefLabel], labels[RDF.type]) == ("naam", "soort")


def test_terms_are_kept_until_the_next_release(client: Client) -> None:
    first = client.get("/sparql/terms.json?lang=nl")
    again = client.get("/sparql/terms.json?lang=nl", if_none_match=first.headers["etag"])
    assert again.status_code == 304
    other = client.get("/sparql/terms.json?lang=en", if_none_match=first.headers["etag"])
    assert other.status_code == 200


def test_examples(client: Client) -> None:
    [example] = client.get("/sparql/examples.json?lang=fr").json()["examples"]
    assert example == {
        "slug": "all",
        "topic": "",
        "title": "Everything",
        "language": "en",
        "question": "Wat is er?",
        "template": ["SELECT * { ?s ?p ?o }"],
        "parameters": [
            {
                "name": "what",
                "label": "what",
                "kind": "iri",
                "below": "",
                "value": "http://example.org/a",
            }
        ],
    }


def test_choices_of_a_query_that_is_not_there(client: Client) -> None:
    assert client.get("/sparql/choices.json?query=all").json() == {}
    assert client.get("/sparql/choices.json?query=none").status_code == 404
    unnamed = client.get("/sparql/choices.json")
    assert (unnamed.status_code, "?query=" in unnamed.json()["detail"]) == (400, True)


def test_the_form_without_scripts_keeps_the_language(client: Client) -> None:
    page = client.page("/sparql?lang=fr").text
    assert '<input type="hidden" name="lang" value="fr">' in page

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.engine.tokens import Source, Token, body, declared, place, tokenize
from policygraph.errors import Place, SyntaxProblem

PIECES = {
    "iri": ["<http://a/b#c>", "<>", "<a\\u0062c>", "<it's>"],
    "string": ['"a"', "'b # c'", '"""x "quoted" \n y"""', "'''it''s'''", r'"\""', r"'\\'", '""'],
    "language": ["@en", "@nl-BE"],
    "variable": ["?x", "$y1", "?été"],
    "blank": ["_:b0", "_:a.b"],
    "name": ["pg:Policy", ":x", "a.b:c.d", "ex:", r"ex:it\'s", r"ex:a\#b", "ex:%20", "x:1.2"],
    "number": ["1", "1.5", ".5", "1e6"],
    "word": ["SELECT", "a", "true", "from"],
    "sign": ["{", "}", "(", ")", "<=", "&&", "||", "^^", "^", "*", "/", "!", "!=", ";", ","],
}
TOKENS = st.sampled_from([(kind, text) for kind, texts in PIECES.items() for text in texts])
GAPS = st.sampled_from([" ", "\n", "\t ", " # a comment ' \" < \n"])


@given(st.lists(st.tuples(TOKENS, GAPS), max_size=30))
def test_tokens_come_back_as_they_were_put_together(
    parts: list[tuple[tuple[str, str], str]],
) -> None:
    text = "".join(token + gap for (_, token), gap in parts)
    assert [(token.kind, token.text) for token in tokenize(text)] == [token for token, _ in parts]


@given(st.text(alphabet=st.sampled_from("aS<>\"'\\u0041#{}?:@ \n_.é1"), max_size=60))
def test_any_text_is_covered_in_order(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert token.start >= end
        assert text[token.start : token.start + len(token.text)] == token.text
        end = token.start + len(token.text)


def test_a_long_text_of_dots_takes_no_longer_than_another() -> None:
    start = time.monotonic()
    assert len(tokenize("a." * 50_000 + " a:a")) == 100_001
    assert time.monotonic() - start < 5


@given(st.text(alphabet=st.sampled_from("aS<>\"'\\u0041#{}?:@ \n_.é1"), max_size=60))
def test_resolving_escapes_ends_in_text_or_a_syntax_problem(text: str) -> None:
    try:
        source = Source(text)
    except SyntaxProblem as problem:
        assert problem.place is not None
    else:
        assert len(source.text) <= len(text)
        assert source.place(len(source.text)) == place(text, len(text))


def test_escapes_are_resolved_outside_of_strings_iris_and_comments() -> None:
    source = Source("\\u0053ELECT ?\\u0078 <\\u0061> '\\u0027' #\\u000a")
    assert source.text == "SELECT ?x <\\u0061> '\\u0027' #\\u000a"
    assert source.place(source.text.index("?")) == Place(1, 13)
    assert source.place(source.text.index("<")) == Place(1, 21)


@pytest.mark.parametrize("escape", [r"\u0022", r"\u0023", r"\u003c", r"\ud800", r"\U00110000"])
def test_an_escape_cannot_hide_what_follows(escape: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        Source(f"ASK {{\n  {escape} }}")
    assert caught.value.place == Place(2, 3)


def test_the_prologue_ends_where_the_query_begins() -> None:
    tokens = tokenize("BASE <http://b/> prefix a: <c> # x\n PREFIX : <d> ASK {}")
    assert declared(tokens) == {"a": "c", "": "d"}
    assert body(tokens)[0] == Token("word", "ASK", 49)

"""Turtle is read with the place of every triple and of every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygraph.errors import SyntaxProblem
from policygraph.turtle import comments, leading_comment, read_turtle

PATH = Path("data/example.ttl")


def test_each_triple_has_the_line_of_its_object() -> None:
    text = b"""@prefix ex: <http://example.org/> .

ex:a
  a ex:T ;
  ex:p
    "one" ,
    "two"@en ;
  ex:q ( 1
    2 ) .
"""
    lines = {str(o.triple[2]): o.line for o in read_turtle(text, PATH).occurrences}
    assert lines["<http://example.org/T>"] == 4
    assert lines['"one"'] == 6
    assert lines['"two"@en'] == 7
    assert lines['"2"^^<http://www.w3.org/2001/XMLSchema#integer>'] == 9


def test_a_line_longer_than_the_parsers_buffer_keeps_its_number() -> None:
    long = "x" * 100_000
    text = f'@prefix ex: <http://e/> .\nex:a ex:p "{long}" .\nex:b ex:p 1 .\n'.encode()
    assert [o.line for o in read_turtle(text, PATH).occurrences] == [2, 3]


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        (b'@prefix ex: <http://e/> .\nex:a ex:p "open .\n', 2, 11, "not closed"),
        (b'@prefix ex: <http://e/> .\nex:a ex:p "\xff" .\n', 2, 12, "UTF-8"),
        (b"@prefix ex: <http://e/> .\n\nex:a zz:p 1 .\n", 3, 6, "zz: is not declared"),
        (b"@prefix ex: <http://e/> .\nex:a ex:p .\n", 2, 11, "not a valid"),
        (b"@prefix ex: <http://e/> .\nex:a ex:p <http://a b> .\n", 2, 11, "IRI"),
        (b"@prefix ex: <http://e/> .\nex:a ex:p 1", 2, 11, "ends too early"),
    ],
)
def test_a_mistake_has_a_place_and_plain_words(
    text: bytes, line: int, column: int, says: str
) -> None:
    with pytest.raises(SyntaxProblem, match=says) as caught:
        read_turtle(text, PATH)
    place = caught.value.place
    assert place is not None
    assert (place.line, place.file) == (line, PATH)
    assert abs(place.column - column) <= 8  # a parser points into the wrong token
    assert str(caught.value).startswith(f"{PATH}:{line}:")


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    text = "\ufeff@prefix ex: <http://e/> .\r\nex:a ex:p 1 .\r\n".encode()
    (occurrence,) = read_turtle(text, PATH).occurrences
    assert occurrence.line == 2


def test_comments_are_told_from_strings_and_iris() -> None:
    text = (
        "# top\n"
        "<http://e/#a> <http://e/p> \"# no\" , '# no' ;  # yes\n"
        '  <http://e/q> """# no\n# no""" .\n'
        "# end\n"
    )
    assert list(comments(text)) == [(1, "# top"), (2, "# yes"), (5, "# end")]
    assert leading_comment(text) == "# top\n"

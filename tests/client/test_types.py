"""What a server says is what the data frame holds, for literals of every type."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pandas as pd
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

from policygraph import Client

XSD = "http://www.w3.org/2001/XMLSchema#"
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def asked(client: Client, *terms: str) -> pd.Series:
    """The column that the server gives back for terms, with an unbound one at the end."""
    values = " ".join(f"({term})" for term in terms)
    frame = client.query(f"SELECT ?x {{ VALUES (?x) {{ {values} (UNDEF) }} }}")
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == ["x"]
    assert len(frame) == len(terms) + 1
    assert pd.isna(frame["x"].iloc[-1])
    return frame["x"].iloc[:-1]


def typed(type_: str, *values: str) -> list[str]:
    return [f'"{value}"^^<{XSD}{type_}>' for value in values]


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=8)


@few
@given(some(st.integers(-(2**63), 2**63 - 1)))
def test_integers(client: Client, values: list[int]) -> None:
    column = asked(client, *map(str, values))
    assert column.dtype == "Int64"
    assert [int(value) for value in column] == values


@few
@given(some(st.decimals(-(10**9), 10**9, places=5)))
def test_decimals(client: Client, values: list[Decimal]) -> None:
    column = asked(client, *typed("decimal", *(f"{value:f}" for value in values)))
    assert column.dtype == "Float64"
    assert [float(value) for value in column] == [float(value) for value in values]


@few
@given(some(st.floats(allow_nan=False)))
def test_doubles(client: Client, values: list[float]) -> None:
    written = [repr(value).replace("inf", "INF") for value in values]
    column = asked(client, *typed("double", *written))
    assert column.dtype == "Float64"
    assert [float(value) for value in column] == values


@few
@given(some(st.booleans()))
def test_booleans(client: Client, values: list[bool]) -> None:
    column = asked(client, *(str(value).lower() for value in values))
    assert column.dtype == "boolean"
    assert [bool(value) for value in column] == values


@few
@given(some(st.dates()))
def test_dates(client: Client, values: list[date]) -> None:
    column = asked(client, *typed("date", *map(str, values)))
    assert column.dtype == "datetime64[s]"
    assert [value.date() for value in column] == values


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31))  # noqa: DTZ001  (with and without)


@few
@given(some(moments))
def test_times_without_a_zone(client: Client, values: list[datetime]) -> None:
    column = asked(client, *typed("dateTime", *(value.isoformat() for value in values)))
    assert column.dtype == "datetime64[us]"
    assert [value.to_pydatetime() for value in column] == values


@few
@given(some(st.builds(lambda moment, zone: moment.replace(tzinfo=zone), moments, zones)))
def test_times_with_a_zone(client: Client, values: list[datetime]) -> None:
    column = asked(client, *typed("dateTime", *(value.isoformat() for value in values)))
    assert column.dtype == "datetime64[us, UTC]"
    assert [value.to_pydatetime() for value in column] == [v.astimezone(UTC) for v in values]


@few
@given(some(st.integers(1, 9999)))
def test_years(client: Client, values: list[int]) -> None:
    column = asked(client, *typed("gYear", *(f"{value:04}" for value in values)))
    assert isinstance(column.dtype, pd.PeriodDtype)
    assert [value.year for value in column] == values


@few
@given(some(st.dates()))
def test_months_of_a_year(client: Client, values: list[date]) -> None:
    column = asked(client, *typed("gYearMonth", *(str(value)[:7] for value in values)))
    assert column.dtype == "period[M]"
    assert [str(value) for value in column] == [str(value)[:7] for value in values]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@few
@given(some(st.tuples(texts, st.sampled_from(["", "nl", "en-GB", "fr"]))))
def test_texts_and_their_languages(client: Client, values: list[tuple[str, str]]) -> None:
    terms = [str(ox.Literal(text, language=lang or None)) for text, lang in values]
    column = asked(client, *terms)
    assert column.dtype == "string"
    assert list(column) == [text for text, _ in values]
    body = " ".join(f"({term})" for term in terms)
    frame = client.query(f"SELECT ?x {{ VALUES (?x) {{ {body} }} }}", lang=True)
    assert isinstance(frame, pd.DataFrame)
    if any(lang for _, lang in values):
        tags = frame["x@lang"].fillna("")
        assert [tag.lower() for tag in tags] == [lang.lower() for _, lang in values]
    else:
        assert list(frame.columns) == ["x"]


@pytest.mark.parametrize(
    "terms",
    [
        [str(2**63), "1"],
        typed("date", "2024-01-31Z"),
        typed("dateTime", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
        [*typed("date", "2024-01-31"), *typed("gYear", "2024"), *typed("gYearMonth", "2024-02")],
        typed("gYear", "2024Z"),
        typed("duration", "P1D"),
        ['"1"', "1"],
        ['"x"^^<http://example.org/t>'],
    ],
)
def test_what_has_no_one_type_stays_as_it_is_written(client: Client, terms: list[str]) -> None:
    column = asked(client, *terms)
    assert column.dtype == "string"
    written = [term.partition("^^")[0].strip('"') for term in terms]
    assert list(column) == written


def test_numbers_of_several_types_are_floats(client: Client) -> None:
    expected = pd.Series([1.0, 2.5, 1e3], dtype="Float64", name="x")
    assert_series_equal(asked(client, "1", "2.5", "1e3"), expected)


def test_iris_and_blank_nodes_are_text(client: Client) -> None:
    frame = client.query("SELECT (BNODE() AS ?b) ?i { VALUES ?i { <http://example.org/é> } }")
    assert isinstance(frame, pd.DataFrame)
    assert frame["i"].tolist() == ["http://example.org/é"]
    assert frame["b"].str.startswith("_:").all()
    assert (frame.dtypes == "string").all()


def test_no_rows_still_have_their_columns(client: Client) -> None:
    frame = client.query("SELECT ?a ?b { FILTER(false) }")
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == ["a", "b"]
    assert len(frame) == 0
    rows = client.query("SELECT * { }")
    assert isinstance(rows, pd.DataFrame)
    assert rows.shape == (1, 0)

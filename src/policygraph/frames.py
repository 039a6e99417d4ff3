"""SPARQL results as a pandas DataFrame with a type for each column.

A column has one type or it is text: values of different types in one column stay as they are
written. So does a column in which a value does not fit its type.

| terms of the column                  | type of the column                                 |
|--------------------------------------|----------------------------------------------------|
| integers of any kind                 | Int64                                              |
| decimals, doubles, also mixed        | Float64; for all digits of a decimal ask `STR(?x)` |
| booleans                             | boolean                                            |
| dates without a zone                 | datetime64[s]                                      |
| times, all with or all without zone  | datetime64[us, UTC], datetime64[us]                |
| years; months of a year              | period[Y-DEC]; period[M]                           |
| IRIs, strings, everything else       | string                                             |

What is unbound is missing: `pd.NA`, or `pd.NaT` among dates. So is NaN, which pandas does not tell
from that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Term = Mapping[str, Any]
"""A term of SPARQL 1.1 Query Results JSON Format, section 3.2.2."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(
    "integer nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger long int short "
    "byte unsignedLong unsignedInt unsignedShort unsignedByte".split()
)
_FLOATS = frozenset(("decimal", "double", "float"))
_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_INT64 = range(-(2**63), 2**63)


def frame(results: Mapping[str, Any], *, lang: bool = False) -> pd.DataFrame:
    """Return SELECT results (the JSON format) as a DataFrame, one column for each variable.

    With `lang`, each column that has language tags is followed by `{name}@lang` with those.
    """
    import pandas as pd

    names: list[str] = results["head"]["vars"]
    rows: Sequence[Mapping[str, Term]] = results["results"]["bindings"]
    columns: dict[str, Any] = {}
    for name in names:
        terms = [row.get(name) for row in rows]
        columns[name] = column(terms)
        if lang and any(term and "xml:lang" in term for term in terms):
            tags = [term.get("xml:lang") if term else None for term in terms]
            columns[f"{name}@lang"] = pd.Series(tags, dtype="string")
    return pd.DataFrame(columns, columns=list(columns), index=pd.RangeIndex(len(rows)))


def column(terms: Sequence[Term | None]) -> pd.Series:
    """Return one column, of the type that all its terms share, else as text."""
    import pandas as pd

    kinds = {_kind(term) for term in terms if term is not None}
    if kinds == {"integer", "float"}:
        kinds = {"float"}
    if len(kinds) == 1 and (read := _READERS.get(next(iter(kinds)))):
        try:
            return read([None if term is None else str(term["value"]) for term in terms])
        except (ValueError, OverflowError):
            pass  # a value that does not fit: all stay as they are written
    return pd.Series([None if term is None else text(term) for term in terms], dtype="string")


def text(term: Term) -> str:
    """Return a term as text: an IRI without brackets, a literal without type and language."""
    value = term["value"]
    if term["type"] == "bnode":
        return f"_:{value}"
    if term["type"] == "triple":  # SPARQL 1.2
        parts = (value["subject"], value["predicate"], value["object"])
        return f"<<( {' '.join(text(part) for part in parts)} )>>"
    return str(value)


def _kind(term: Term) -> str:
    datatype = str(term.get("datatype", ""))
    if term["type"] not in ("literal", "typed-literal") or not datatype.startswith(_XSD):
        return "text"
    name = datatype.removeprefix(_XSD)
    return "integer" if name in _INTEGERS else "float" if name in _FLOATS else name


def _each(values: Sequence[str | None], read: Callable[[str], Any]) -> list[Any]:
    return [None if value is None else read(value) for value in values]


def _integers(values: Sequence[str | None]) -> pd.Series:
    import pandas as pd

    return pd.Series(_each(values, _integer), dtype="Int64")


def _integer(value: str) -> int:
    if not _INTEGER.fullmatch(value) or int(value) not in _INT64:
        raise ValueError(value)
    return int(value)


def _floats(values: Sequence[str | None]) -> pd.Series:
    import pandas as pd

    return pd.Series(_each(values, _float), dtype="Float64")


def _float(value: str) -> float:
    if not _FLOAT.fullmatch(value):
        raise ValueError(value)
    return float(value)


def _booleans(values: Sequence[str | None]) -> pd.Series:
    import pandas as pd

    return pd.Series(_each(values, _boolean), dtype="boolean")


def _boolean(value: str) -> bool:
    if value not in ("true", "false", "1", "0"):
        raise ValueError(value)
    return value in ("true", "1")


def _dates(values: Sequence[str | None]) -> pd.Series:
    import pandas as pd

    return pd.Series(_each(values, _date), dtype="datetime64[s]")


def _date(value: str) -> datetime:
    if not _DATE.fullmatch(value):
        raise ValueError(value)
    return datetime.combine(date.fromisoformat(value), datetime.min.time())


def _times(values: Sequence[str | None]) -> pd.Series:
    import pandas as pd

    found = _each(values, _time)
    zoned = {time.tzinfo is not None for time in found if time is not None}
    if len(zoned) > 1:
        raise ValueError("with and without a zone")
    if zoned == {False}:
        return pd.Series(found, dtype="datetime64[us]")
    bare = [None if time is None else time.astimezone(UTC).replace(tzinfo=None) for time in found]
    return pd.Series(bare, dtype="datetime64[us]").dt.tz_localize("UTC")


def _time(value: str) -> datetime:
    if not _TIME.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value)


def _periods(pattern: str, frequency: str) -> Callable[[Sequence[str | None]], pd.Series]:
    def read(values: Sequence[str | None]) -> pd.Series:
        import pandas as pd

        for value in values:
            if value is not None and not re.fullmatch(pattern, value):
                raise ValueError(value)
        periods = [pd.NaT if value is None else pd.Period(value, frequency) for value in values]
        return pd.Series(pd.PeriodIndex(periods, freq=frequency))

    return read


_READERS: dict[str, Callable[[Sequence[str | None]], pd.Series]] = {
    "integer": _integers,
    "float": _floats,
    "boolean": _booleans,
    "date": _dates,
    "dateTime": _times,
    "gYear": _periods(r"[0-9]{4}", "Y"),
    "gYearMonth": _periods(r"[0-9]{4}-(0[1-9]|1[0-2])", "M"),
}

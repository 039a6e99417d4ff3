"""The queries of a server's catalogue as Python functions, with signatures and documentation."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from inspect import Parameter, Signature
from typing import Any

from policygraph.errors import BrokenInput

Run = Callable[[str, Mapping[str, str]], Any]
"""Asks the server: slug, values of parameters."""

_FITS = {
    "language": re.compile(r"[a-z]{2,3}"),
    "integer": re.compile(r"[+-]?[0-9]+"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
_WRITTEN = {
    "iri": "an IRI; below {below} its name is enough",
    "language": "a language: en, nl or fr",
    "integer": "a whole number",
    "date": "a date, or a day as 2024-05-31",
    "string": "a text",
}
_GIVES = {"SELECT": "DataFrame", "ASK": "bool"}


class Methods:
    """The queries of a catalogue: each is a method that returns its answer.

    A hyphen in the name of a query is an underscore here, and a parameter that is a word of
    Python has one behind it (`from_`). Without values a query is asked with its examples.
    """

    def __init__(self, listed: Iterable[Mapping[str, Any]], run: Run, language: str) -> None:
        self._listed = {query["slug"].replace("-", "_"): query for query in listed}
        self._language = language
        for name, query in self._listed.items():
            setattr(self, name, _method(name, query, run, language))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # Only what is not there comes here.
        raise AttributeError(f"the catalogue has no query {name!r}; `list(...)` names them all")

    def __iter__(self) -> Iterator[str]:
        """Return the names of the methods, by topic."""
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def __getitem__(self, name: str) -> Callable[..., Any]:
        """Return the method of a name, or of a slug of the catalogue."""
        method = name.replace("-", "_")
        if method not in self._listed:
            raise KeyError(name)
        return getattr(self, method)  # type: ignore[no-any-return]

    def rows(self) -> list[dict[str, Any]]:
        """Return what there is, for a table."""
        return [
            {
                "method": name,
                "topic": query["topic"],
                "title": _said(query["title"], self._language),
                "question": _said(query["question"], self._language),
                "parameters": ", ".join(_python(p["name"]) for p in query["parameters"]),
                "calls": ", ".join(query["calls"]),
            }
            for name, query in self._listed.items()
        ]


def _method(name: str, query: Mapping[str, Any], run: Run, language: str) -> Callable[..., Any]:
    parameters = {_python(about["name"]): about for about in query["parameters"]}
    signature = Signature(
        [
            Parameter(
                parameter,
                Parameter.KEYWORD_ONLY,
                default=_default(query, about, language),
                annotation=str,
            )
            for parameter, about in parameters.items()
        ],
        return_annotation=_GIVES.get(query["form"], "Graph"),
    )

    def ask(**values: object) -> Any:  # noqa: ANN401  (by the form of the query)
        bound = signature.bind(**values)
        bound.apply_defaults()
        sent = {
            parameters[parameter]["name"]: written(parameters[parameter], value)
            for parameter, value in bound.arguments.items()
        }
        return run(query["slug"], sent)

    ask.__name__ = ask.__qualname__ = name
    ask.__doc__ = "\n".join(_documentation(query, parameters, language))
    ask.__signature__ = signature  # type: ignore[attr-defined]
    return ask


def _python(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _default(query: Mapping[str, Any], about: Mapping[str, Any], language: str) -> str:
    """Return the example; for the language of labels that of the client."""
    example = str(about["example"])
    # Another than those of the catalogue itself is what the query shows off.
    labels = about["kind"] == "language" and example in query["title"]
    return language if labels else example


def _documentation(
    query: Mapping[str, Any], parameters: Mapping[str, Mapping[str, Any]], language: str
) -> Iterator[str]:
    yield f"{_said(query['title'], language)}: {_said(query['question'], language)}"
    if parameters:
        yield "\nParameters:"
    for parameter, about in parameters.items():
        how = _WRITTEN.get(about["kind"], "a value").format(below=f"<{about['below']}>")
        yield f"  {parameter}: {_said(about['label'], language)}; {how}"
    if query["columns"]:
        yield "\nColumns:"
        for column in query["columns"]:
            heading = _said(query.get("headings", {}).get(column, {}), language)
            yield f"  {column}: {heading}" if heading else f"  {column}"
    if query["calls"]:
        yield f"\nIt asks {', '.join(query['calls'])}, which the server must allow."


def _said(texts: Mapping[str, str], language: str) -> str:
    for code in (language, "en", "nl"):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()), "")


def written(about: Mapping[str, Any], value: object) -> str:
    """Return a value as the server reads it; BrokenInput where it is of another kind."""
    kind, name = about["kind"], _python(about["name"])
    text = value.isoformat()[:10] if isinstance(value, date) and kind == "date" else value
    if kind == "integer" and isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    fits = _FITS.get(kind)
    if not isinstance(text, str) or not text or (fits and not fits.fullmatch(text)):
        raise BrokenInput(f"{name}={value!r} is no {kind}; an example: {about['example']!r}")
    return text

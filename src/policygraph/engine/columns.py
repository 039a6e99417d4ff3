"""The columns of `SELECT *`, in the order in which a query names its variables."""

from __future__ import annotations

import re

import pyoxigraph as ox

from policygraph.engine.tokens import body, tokenize

_STAR = re.compile(r"\bselect\s*(?:distinct\s*|reduced\s*)?\*", re.IGNORECASE)
_VARIABLE = re.compile(r"[?$](\w+)")
_PATTERNS = re.compile(
    r"""\s*(?:where\s*)?\{((?:[^{}()<>"'#\\]|<[^<>{}"\\\s]*>)*+)\}(?:(?!group|having)[^{}])*+""",
    re.IGNORECASE | re.ASCII,
)
"""Triple patterns and nothing else: no string, comment, expression, or group within."""
_IRI_OR_VARIABLE = re.compile(r"<[^>]*>|[?$](\w+)")


def named_columns(text: str, base: str) -> str:
    """Return the text with the variables written out for the star of its `SELECT *`.

    The standard leaves the order of those columns open; the evaluator sorts them by name. Which
    variables they are shows where there is nothing but triple patterns; else the evaluator is
    asked, on a store without data. A text that it rejects, and any other than a `SELECT *` without
    SERVICE and escapes, stays as it is.
    """
    if "*" not in text:
        return text
    # A SERVICE would be called by asking; an escape could hide one.
    found = _STAR.search(text)
    if found is None or "service" in text.lower() or "\\u" in text.lower():
        return text
    words = [token.text.upper() for token in body(tokenize(text[: found.end()]))]
    if words not in (["SELECT", "*"], ["SELECT", "DISTINCT", "*"], ["SELECT", "REDUCED", "*"]):
        return text  # it is the star of a sub-query, or stands in a comment
    columns = _shown(text, found.end()) or _asked(text, found.end(), base)
    if not columns:
        return text
    names = " ".join(f"?{name}" for name in columns)
    return f"{text[: found.end() - 1]} {names} {text[found.end() :]}"


def _shown(text: str, start: int) -> list[str]:
    """Return the columns of a text that has only triple patterns; none of any other."""
    patterns = _PATTERNS.fullmatch(text, start) if text.isascii() else None
    if patterns is None:
        return []
    return list(dict.fromkeys(filter(None, _IRI_OR_VARIABLE.findall(patterns[1]))))


def _asked(text: str, start: int, base: str) -> list[str]:
    """Return the columns as the evaluator says, in the order of the query; none if it does not."""
    try:
        answer = ox.Store().query(text, base_iri=base)
    except (SyntaxError, RuntimeError, ValueError):
        return []
    if not isinstance(answer, ox.QuerySolutions):
        return []
    known = {variable.value for variable in answer.variables}
    # Comments and strings are looked at as well: what they name changes the order at most.
    columns = [name for name in dict.fromkeys(_VARIABLE.findall(text, start)) if name in known]
    return columns if len(columns) == len(known) else []

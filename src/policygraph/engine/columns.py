"""The columns of `SELECT *`, in the order in which a query names its variables."""

from __future__ import annotations

import re

import pyoxigraph as ox

from policygraph.engine.tokens import body, tokenize

_STAR = re.compile(r"\bselect\s*(?:distinct\s*|reduced\s*)?\*", re.IGNORECASE)
_VARIABLE = re.compile(r"[?$](\w+)")


def named_columns(text: str, base: str) -> str:
    """Return the text with the variables written out for the star of its `SELECT *`.

    The standard leaves the order of those columns open; the evaluator sorts them by name. Which
    variables they are is asked of the evaluator too, on a store without data; a text that it
    rejects, and any other than a `SELECT *` without SERVICE and escapes, stays as it is.
    """
    # A SERVICE would be called by asking; an escape could hide one.
    found = _STAR.search(text)
    if found is None or "service" in text.lower() or "\\u" in text.lower():
        return text
    words = [token.text.upper() for token in body(tokenize(text[: found.end()]))]
    if words not in (["SELECT", "*"], ["SELECT", "DISTINCT", "*"], ["SELECT", "REDUCED", "*"]):
        return text  # it is the star of a sub-query, or stands in a comment
    try:
        answer = ox.Store().query(text, base_iri=base)
    except (SyntaxError, RuntimeError, ValueError):
        return text
    if not isinstance(answer, ox.QuerySolutions):
        return text
    known = {variable.value for variable in answer.variables}
    # Comments and strings are looked at as well: what they name changes the order at most.
    written = (match[1] for match in _VARIABLE.finditer(text, found.end()))
    columns = [name for name in dict.fromkeys(written) if name in known]
    if not columns or len(columns) != len(known):
        return text
    names = " ".join(f"?{name}" for name in columns)
    return f"{text[: found.end() - 1]} {names} {text[found.end() :]}"

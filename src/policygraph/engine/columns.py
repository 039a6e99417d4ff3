"""The columns of `SELECT *`, in the order in which a query names its variables."""

from __future__ import annotations

import re

import pyoxigraph as ox

from policygraph.engine.tokens import Token, body, tokenize

_STAR = re.compile(r"select\s*(?:distinct\s*|reduced\s*)?\*", re.IGNORECASE)


def named_columns(text: str, base: str) -> str:
    """Return the text with the variables written out for the star of its `SELECT *`.

    The standard leaves the order of those columns open; the evaluator sorts them by name. Which
    variables they are is asked of the evaluator too, on a store without data; a text that it
    rejects, and any other than a `SELECT *` without SERVICE and escapes, stays as it is.
    """
    # A SERVICE would be called by asking; an escape could hide one.
    if not _STAR.search(text) or "service" in text.lower() or "\\u" in text.lower():
        return text
    tokens = body(tokenize(text))
    star = _star(tokens)
    if star is None:
        return text
    try:
        answer = ox.Store().query(text, base_iri=base)
    except (SyntaxError, RuntimeError, ValueError):
        return text
    if not isinstance(answer, ox.QuerySolutions):
        return text
    known = {variable.value for variable in answer.variables}
    written = (token.text[1:] for token in tokens if token.kind == "variable")
    columns = [name for name in dict.fromkeys(written) if name in known]
    if not columns or len(columns) != len(known):
        return text
    names = " ".join(f"?{name}" for name in columns)
    return f"{text[: star.start]} {names} {text[star.start + 1 :]}"


def _star(tokens: list[Token]) -> Token | None:
    """Return the star of the outermost SELECT."""
    words = [token.keyword for token in tokens[:2]]
    if words[:1] != ["SELECT"]:
        return None
    position = 2 if words[1:] in (["DISTINCT"], ["REDUCED"]) else 1
    found = tokens[position : position + 1]
    return found[0] if found and found[0].text == "*" else None

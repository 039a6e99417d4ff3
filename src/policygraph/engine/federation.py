"""Which remote endpoints a query would call, and the refusal.

The parser of pyoxigraph and a scanner never agree on every text: it takes `SERVICESILENT<...>`,
`SERVICE:name` and `trueSERVICE<...>` for a SERVICE, and reads `<1#>` after an operand as a
comparison and a comment. So the scan below only finds the name for the message. What is trusted
is the parser itself: see `reading.read`.
"""

from __future__ import annotations

from policygraph.engine.tokens import Source, Token
from policygraph.errors import ServiceRefused

WORD = "service"


def refusal(source: Source, tokens: list[Token]) -> ServiceRefused | None:
    """Return the error that names the first endpoint that the text calls; None if it calls none."""
    for index, token in enumerate(tokens):
        following = tokens[index + 1 : index + 3]
        if _calls(token, tokens[index - 1] if index else None, following):
            return _refused(source, token, following)
    return None


def _calls(token: Token, before: Token | None, following: list[Token]) -> bool:
    if token.kind == "word":
        return WORD in token.text.lower()
    if token.kind != "name" or WORD not in token.text.partition(":")[0].lower():
        return False
    in_graph_clause = before is not None and before.keyword == "GRAPH"
    return bool(following) and following[0].text == "{" and not in_graph_clause


def _refused(source: Source, token: Token, following: list[Token]) -> ServiceRefused:
    if following and following[0].keyword == "SILENT":
        following = following[1:]
    place = source.place(token.start)
    if token.kind == "name" or not following:
        return ServiceRefused(f"{place}: this endpoint calls no other endpoint ({token.text})")
    endpoint = following[0]
    if endpoint.kind == "variable":
        return ServiceRefused(
            f"{place}: SERVICE {endpoint.text} is not allowed: name the endpoint instead of a "
            "variable"
        )
    return ServiceRefused(
        f"{place}: SERVICE {endpoint.text} is not allowed: this endpoint calls no other endpoint"
    )

"""Short programs that read an answer from its address: curl, Python, R, JavaScript."""

from __future__ import annotations

_ROWS = (
    ("curl", "csv", ("curl 'ADDRESS'",)),
    ("Python", "csv", ("import pandas as pd", "", 'rows = pd.read_csv("ADDRESS")', "print(rows)")),
    ("R", "csv", ('rows <- read.csv("ADDRESS")', "print(rows)")),
    (
        "JavaScript",
        "json",
        (
            'const answer = await fetch("ADDRESS");',
            "const { results } = await answer.json();",
            "console.table(results.bindings);",
        ),
    ),
)
_YES = (
    ("curl", "json", ("curl 'ADDRESS'",)),
    (
        "Python",
        "json",
        (
            "import requests",
            "",
            'answer = requests.get("ADDRESS", timeout=60)',
            'print(answer.json()["boolean"])',
        ),
    ),
    ("R", "json", ('print(jsonlite::fromJSON("ADDRESS")$boolean)',)),
    (
        "JavaScript",
        "json",
        ('const answer = await fetch("ADDRESS");', "console.log((await answer.json()).boolean);"),
    ),
)
_GRAPH = (
    ("curl", "json", ("curl 'ADDRESS'",)),
    (
        "Python",
        "xml",
        (
            "from rdflib import Graph",
            "",
            'graph = Graph().parse("ADDRESS", format="xml")',
            "print(len(graph))",
        ),
    ),
    ("R", "json", ('graph <- jsonlite::fromJSON("ADDRESS")', "print(graph)")),
    (
        "JavaScript",
        "json",
        ('const answer = await fetch("ADDRESS");', "console.log(await answer.json());"),
    ),
)
_OF_FORM = {"SELECT": _ROWS, "ASK": _YES}


def programs(address: str, values: str, form: str) -> list[tuple[str, str]]:
    """Return programs that print the answer of a query of a form, each with its language.

    `values` is the query string of the address; what stands in both is percent-encoded.
    """
    return [
        (language, "\n".join(lines).replace("ADDRESS", f"{address}.{suffix}{values}"))
        for language, suffix, lines in _OF_FORM.get(form, _GRAPH)
    ]

"""Comunica's command line: sources and a query in, rows out."""

from __future__ import annotations

import json
import subprocess

from tests.interop.programs import node


def comunica(query: str, *sources: str) -> list[dict[str, str]]:
    """The rows of a query over sources: endpoints, files or pages, whatever their kind."""
    command = [*node("@comunica/query-sparql", "bin/query.js"), *sources, "-q", query,
               "-t", "application/sparql-results+json"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    # It ends with 0 after an error in mid-answer, and warns of sources that it could not read.
    assert done.returncode == 0 and not done.stderr, done.stderr
    rows = json.loads(done.stdout)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]

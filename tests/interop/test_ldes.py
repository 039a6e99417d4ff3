"""The reference client of Linked Data Event Streams keeps a copy of our graphs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pyoxigraph as ox

from tests.interop.programs import node
from tests.served.conftest import serving
from tests.served.editions import changed_over, dumped, keep, three_editions
from tests.served.following import Content

AS = "https://www.w3.org/ns/activitystreams#"
DCT = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
SHORT = re.compile(r"^(\S+ \S+ )(true|false|[-+]?[0-9]*\.?[0-9]+)(?= )", re.MULTILINE)
"""What the client writes as Turtle does, in lines that are N-Quads otherwise."""
IS_VERSION_OF = ox.NamedNode(DCT + "isVersionOf")
ISSUED = ox.NamedNode(DCT + "issued")


def members(feed: str, state: Path) -> ox.Dataset:
    """What the client emits that it did not emit before; its state is kept in a folder."""
    command = [*node("ldes-client", "dist/bin/cli.js"), feed, "--ordered", "ascending",
               "--save", str(state)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return ox.Dataset(ox.parse(SHORT.sub(in_full, done.stdout), format=ox.RdfFormat.N_QUADS))


def in_full(short: re.Match[str]) -> str:
    number = "decimal" if "." in short[2] else "integer"
    kind = "boolean" if short[2] in ("true", "false") else number
    return f'{short[1]}"{short[2]}"^^<{XSD}{kind}>'


def apply(found: ox.Dataset, graphs: dict[str, Content]) -> int:
    """Bring the copy up to date; return how many versions of graphs there were."""
    versions = []
    for quad in found.quads_for_predicate(IS_VERSION_OF):
        assert isinstance(quad.object, ox.NamedNode)
        said = {q.predicate: q.object for q in found.quads_for_subject(quad.subject)
                if isinstance(q.graph_name, ox.DefaultGraph)}  # fmt: skip
        versions.append((str(said[ISSUED]), quad.subject, quad.object.value))
    for _, member, graph in sorted(versions, key=lambda version: version[0]):
        assert isinstance(member, ox.NamedNode)
        content = frozenset(quad.triple for quad in found.quads_for_graph_name(member))
        kinds = {str(q.object) for q in found.quads_for_subject(member)}
        if f"<{AS}Delete>" in kinds:
            del graphs[graph]
        else:
            assert f"<{AS}Update>" in kinds
            graphs[graph] = content
    return len(versions)


def test_the_client_has_what_the_last_dump_has(tmp_path: Path) -> None:
    node("ldes-client", "dist/bin/cli.js")  # where it lacks, nothing is built for it
    first, second, third = three_editions(tmp_path)
    shelf, state = tmp_path / "shelf", tmp_path / "state"
    keep(first, shelf)
    graphs: dict[str, Content] = {}
    with serving("--release", shelf) as server:
        feed = f"{server}/feed"
        assert apply(members(feed, state), graphs) == len(dumped(first))
        assert graphs == dumped(first)
        assert apply(members(feed, state), graphs) == 0
        for release in (second, third):
            keep(release, shelf)
            changed_over(server, release)
        assert apply(members(feed, state), graphs) == 4
        assert graphs == dumped(third)

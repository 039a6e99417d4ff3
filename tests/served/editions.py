"""Three releases of a small portal to follow, and the shelf that a server takes them from."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import httpx
import pyoxigraph as ox

from policygraph.build import build
from policygraph.release import Release
from policygraph.sources import FOLDERS, find_portal
from tests.conftest import REPOSITORY
from tests.served.following import Content

STAYS, LEAVES = "bletchley-declaration", "ca-guide-generative-ai-faster"
NOT_FOLLOWED = ("/inferred", "/meta", "/shapes")


def three_editions(folder: Path) -> list[Release]:
    """A policy changes, on the same day, and changes back; another goes and returns changed."""
    root = folder / "portal"
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.rmtree(root / "data" / "mappings")
    policies = root / "data" / "policies"
    for path in policies.iterdir():
        if path.stem not in (STAYS, LEAVES):
            path.unlink()
    config = (REPOSITORY / "policygraph.toml").read_text(encoding="utf-8")
    stays, leaves = (policies / f"{slug}.ttl" for slug in (STAYS, LEAVES))
    text = {path: path.read_text(encoding="utf-8") for path in (stays, leaves)}
    changed = {path: re.sub(r'("@nl)', r" (nieuw)\1", text[path], count=1) for path in text}
    made = []
    for version, date, contents in (
        ("0.9", "2026-11-24", {stays: text[stays], leaves: text[leaves]}),
        ("0.10", "2026-11-24", {stays: changed[stays]}),
        ("0.11", "2026-11-25", {stays: text[stays], leaves: changed[leaves]}),
    ):
        numbered = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', config)
        numbered = re.sub(r"(?m)^date = .*$", f"date = {date}", numbered)
        (root / "policygraph.toml").write_text(numbered, encoding="utf-8")
        leaves.unlink(missing_ok=True)
        for path, content in contents.items():
            path.write_text(content, encoding="utf-8")
        made.append(build(find_portal(root), folder / "built").release)
    assert len({release.id for release in made}) == 3
    return made


def keep(release: Release, folder: Path) -> None:
    """Put a release on a shelf, at once."""
    part = folder / f".{release.id}"
    shutil.copytree(release.path, part)
    part.rename(folder / release.id)


def changed_over(server: str, release: Release) -> None:
    until = time.monotonic() + 60
    while httpx.get(f"{server}/health").json()["release"] != release.id:
        assert time.monotonic() < until
        time.sleep(0.1)


def dumped(release: Release) -> dict[str, Content]:
    """The graphs that are followed, as they are in the dump of everything."""
    graphs: dict[str, set[ox.Triple]] = {}
    for quad in ox.parse(path=release.file("policygraph.nq"), format=ox.RdfFormat.N_QUADS):
        assert isinstance(quad.graph_name, ox.NamedNode)
        if not quad.graph_name.value.endswith(NOT_FOLLOWED):
            graphs.setdefault(quad.graph_name.value, set()).add(quad.triple)
    return {graph: frozenset(triples) for graph, triples in graphs.items()}

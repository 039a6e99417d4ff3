"""The same content, built again with another version, date or limits: nothing kept is rewritten."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from policygraph.build import build, current_release
from policygraph.release import MANIFEST, Release, open_release
from policygraph.shelf import Shelf
from policygraph.sources import find_portal

from .conftest import PROGRAM, edit, put, serving, small_portal
from .test_pinned import VERSION, version


def settings(portal: Path, **values: str) -> None:
    """Change lines of policygraph.toml, and nothing that is published but `meta`."""
    config = portal / "policygraph.toml"
    text = config.read_text("utf-8")
    for name, value in values.items():
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert found == 1, name
    config.write_text(text, "utf-8")


def contents(folder: Path) -> dict[str, tuple[int, str]]:
    """Each file with its inode and checksum."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in folder.rglob("*")
        if path.is_file()
    }  # fmt: skip


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    portal = small_portal(tmp_path / "portal")
    edit(portal, "0.9", "2026-01-10")
    return portal


def test_what_is_kept_takes_over_limits_and_no_other_version(portal: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = build(find_portal(portal), out).release
    before = contents(out)
    settings(portal, query_seconds="3")
    second = build(find_portal(portal), out).release
    assert (second.path, second.files) == (first.path, first.files)
    assert second.portal.limits.query_seconds == 3
    after = contents(out)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"{first.id}/{MANIFEST}"}

    settings(portal, version='"1.0"', date="2026-06-01")
    command = [*PROGRAM, "build", "--portal", str(portal), "--out", str(out)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"policygraph: {first.path} is kept with the same content, as version 0.9 of 2026-01-10: "
        "a release is not written anew. Give version 1.0 of 2026-06-01 to the next change of the "
        "content, or move that folder away and build again\n"
    )
    assert contents(out) == after

    first.path.rename(out / "old")
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    made = open_release(Path(again.stdout.strip()))
    assert (made.path, made.portal.version) == (first.path, "1.0")
    assert [(r.path, r.portal.version) for r in Shelf(out).releases()] == [(first.path, "1.0")]


def test_drafts_stand_beside_each_other_and_a_server_changes_over(
    portal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYGRAPH_CACHE", str(tmp_path / "cache"))
    first = current_release(find_portal(portal))
    assert first.path.name == first.id
    with serving("--portal", portal) as server:
        before = httpx.get(f"{server.address}/sparql", params={"query": VERSION})
        assert version(before) == "0.9"
        settings(portal, version='"1.0"', date="2026-06-01")
        server.hang_up()
        server.wait_for("now release .*, version 1.0", 240)
        known = {"If-None-Match": before.headers["etag"]}
        after = httpx.get(f"{server.address}/sparql", params={"query": VERSION}, headers=known)
        assert version(after) == "1.0"
        manifest = httpx.get(f"{server.address}/download/manifest.json").json()

    settings(portal, version='"0.9"', date="2026-01-10")
    assert current_release(find_portal(portal)) == first
    assert first.id == manifest["id"]
    [second] = Shelf(first.path.parent).releases()
    assert (second.portal.version, second.path.name) == ("1.0", second.edition)

    limit = first.portal.limits.query_seconds
    settings(portal, query_seconds="3")
    assert current_release(find_portal(portal)).portal.limits.query_seconds == 3
    settings(portal, query_seconds=str(limit))
    assert current_release(find_portal(portal)) == first


def test_a_server_of_a_folder_takes_over_other_limits(editions: list[Release], shelf: Path) -> None:
    folder = put(editions[0], shelf)
    with serving("--release", shelf) as server:
        known = httpx.get(f"{server.address}/download/manifest.json")
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        assert manifest["portal"]["limits"].pop("query_seconds") != 3
        manifest["portal"]["limits"]["query_seconds"] = 3
        (shelf / ".new").write_text(json.dumps(manifest), "utf-8")
        (shelf / ".new").replace(folder / MANIFEST)
        server.wait_for(f"now release {editions[0].id}, version 0.9")
        tag = {"If-None-Match": known.headers["etag"]}
        answer = httpx.get(f"{server.address}/download/manifest.json", headers=tag)
        assert answer.json()["portal"]["limits"]["query_seconds"] == 3


def test_what_a_link_led_to_is_served_until_the_server_is_told(
    editions: list[Release], tmp_path: Path
) -> None:
    link = tmp_path / "current"
    link.symlink_to(editions[0].path)
    with serving("--release", link) as server:
        newer = tmp_path / "newer"
        newer.symlink_to(editions[2].path)
        newer.replace(link)
        for release in (editions[0], editions[2]):
            if release is editions[2]:
                server.hang_up()
                server.wait_for(f"now release {release.id}")
            file = httpx.get(f"{server.address}/download/policygraph.nq")
            sha256 = hashlib.sha256(file.content).hexdigest()
            assert sha256 == release.files["policygraph.nq"].sha256
            assert file.headers["etag"] == f'"{sha256}"'

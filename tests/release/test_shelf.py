"""A shelf tells which releases are kept, in the order of their own clock."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from policygraph.errors import BrokenInput
from policygraph.release import DOWNLOADS, MANIFEST, Release
from policygraph.settings import Portal
from policygraph.shelf import Shelf


def keep(shelf: Path, name: str, date: str, version: str, base: str = "http://a.test/") -> Path:
    """A release that says so itself, in a folder of that name."""
    release = Release(shelf / name, f"{name:0>16}" * 4, Portal(base, version, date))
    (release.path / DOWNLOADS).mkdir(parents=True)
    (release.path / MANIFEST).write_text(json.dumps(release.manifest()), encoding="utf-8")
    return release.path


def kept(shelf: Shelf) -> list[str]:
    return [release.id.lstrip("0") for release in shelf.releases()]


def test_releases_go_by_date_and_then_by_version(tmp_path: Path) -> None:
    keep(tmp_path, "1", "2026-03-01", "0.10")
    keep(tmp_path, "2", "2026-03-01", "0.9.1")
    keep(tmp_path, "3", "2026-02-28", "1.0")
    keep(tmp_path, "4", "2026-03-01", "0.9")
    keep(tmp_path, "5", "2026-03-01", "next")
    assert kept(Shelf(tmp_path)) == ["3", "4", "2", "1", "5"]


def test_of_drafts_the_one_written_later_is_newer(tmp_path: Path) -> None:
    for name, moment in (("1", 300), ("2", 100), ("3", 200), ("4", 200)):
        os.utime(keep(tmp_path, name, "2026-03-01", "1") / MANIFEST, (moment, moment))
    assert kept(Shelf(tmp_path)) == ["2", "3", "4", "1"]


def test_a_release_counts_once_whatever_its_folders_are_called(tmp_path: Path) -> None:
    keep(tmp_path, "1", "2026-03-01", "1")
    (tmp_path / "current").symlink_to("1")
    shutil.copytree(tmp_path / "1", tmp_path / "copy of 1")
    assert kept(Shelf(tmp_path)) == ["1"]


def test_what_comes_and_goes_is_seen_at_the_next_look(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert kept(shelf) == []
    keep(tmp_path, "1", "2026-03-01", "1")
    keep(tmp_path, "2", "2026-03-02", "2")
    first = shelf.releases()
    assert [release.id for release in first] == ["1".zfill(16), "2".zfill(16)]
    assert shelf.find("1".zfill(16)) is first[0], "what did not change is not read again"
    assert shelf.find("1") is None
    shutil.rmtree(tmp_path / "2")
    assert kept(shelf) == ["1"]


def test_damaged_folders_are_named_and_skipped(tmp_path: Path, release: Release) -> None:
    keep(tmp_path, "1", "2026-03-01", "1")
    (keep(tmp_path, "2", "2026-03-02", "2") / MANIFEST).write_text('{"hash"')
    (tmp_path / "3").mkdir()
    whole = tmp_path / "whole"
    shutil.copytree(release.path, whole)
    file = whole / DOWNLOADS / "policygraph.nq"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    (tmp_path / ".building-x").mkdir()
    (tmp_path / "README").write_text("no folder")
    shelf = Shelf(tmp_path)
    assert kept(shelf) == ["1"]
    assert sorted(path.name for path in shelf.damaged) == ["2", "3", "whole"]
    assert "policygraph.nq is missing or has another size" in shelf.damaged[whole]
    file.write_bytes(content)
    assert [r.id for r in shelf.releases()] == ["1".zfill(16), release.id]
    assert sorted(path.name for path in shelf.damaged) == ["2", "3"]


def test_releases_of_another_portal_may_be_left_out(tmp_path: Path) -> None:
    keep(tmp_path, "1", "2026-03-01", "1")
    keep(tmp_path, "2", "2026-03-02", "1", "http://b.test/")
    assert kept(Shelf(tmp_path)) == ["1", "2"]
    assert kept(Shelf(tmp_path, "http://a.test/")) == ["1"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BrokenInput, match="cannot be read"):
        Shelf(tmp_path / "nothing").releases()

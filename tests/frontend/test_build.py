"""The front end is built with a Node that is new enough; if it cannot be, the reason is told."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import hatch_build
import pytest

from tests.conftest import REPOSITORY


def test_a_failure_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(
        REPOSITORY / "frontend",
        tmp_path / "frontend",
        ignore=shutil.ignore_patterns("node_modules"),
    )
    for name, line in (("node", "echo v22.1.0"), ("npm", "echo no network >&2; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    with pytest.raises(hatch_build.FrontendError, match="npm has to reach its registry"):
        hatch_build.run("build", tmp_path)
    assert "no network" in capfd.readouterr().err
    assert not (tmp_path / "frontend/node_modules/.installed").exists()


def test_an_old_node_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hatch_build, "find_spec", lambda _: None)
    with pytest.raises(hatch_build.FrontendError, match="needs Node 20 or newer"):
        hatch_build.run("build", tmp_path)

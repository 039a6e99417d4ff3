"""Three releases of a small portal, and servers that are started as an operator starts them."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from policygraph.build import build
from policygraph.release import Release
from policygraph.sources import FOLDERS, find_portal
from tests.conftest import REPOSITORY

POLICY = "bletchley-declaration"
"""A policy that refers to no other."""
PROGRAM = (sys.executable, "-m", "policygraph")
VERSIONS = (("0.9", "2026-01-10"), ("0.10", "2026-01-10"), ("1.0", "2026-06-01"))


def small_portal(root: Path) -> Path:
    """A portal with one policy, quick to check and to load."""
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.rmtree(root / "data" / "mappings")
    for path in (root / "data" / "policies").iterdir():
        if path.stem != POLICY:
            path.unlink()
    shutil.copy(REPOSITORY / "policygraph.toml", root)
    return root


def edit(portal: Path, version: str, date: str) -> None:
    """Change the portal: the title of its policy says which version it is."""
    config = portal / "policygraph.toml"
    text = re.sub(r"(?m)^version = .*$", f'version = "{version}"', config.read_text("utf-8"))
    config.write_text(re.sub(r"(?m)^date = .*$", f"date = {date}", text), "utf-8")
    policy = portal / "data" / "policies" / f"{POLICY}.ttl"
    text = policy.read_text("utf-8")
    head, about, rest = text.partition("\n  a pg:PolicyDocument")
    label = re.compile(r'(skos:prefLabel.*?"[^"]*?)( edition [\d.]+)?"@en', re.DOTALL)
    changed = head + about + label.sub(rf'\1 edition {version}"@en', rest, count=1)
    assert changed != text
    policy.write_text(changed, "utf-8")


@pytest.fixture(scope="session")
def editions(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """Three releases, oldest to newest."""
    portal = small_portal(tmp_path_factory.mktemp("small") / "portal")
    out = tmp_path_factory.mktemp("editions")
    made = []
    for version, date in VERSIONS:
        edit(portal, version, date)
        made.append(build(find_portal(portal), out).release)
    assert len({release.id for release in made}) == len(VERSIONS)
    return made


class Server:
    """A server process, with what it has said on stderr."""

    def __init__(
        self, *arguments: object, program: Sequence[str] = PROGRAM, stdin: int | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [*program, "serve", "--port", "0", *map(str, arguments)],
            stdin=stdin, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        started = self.wait_for(r"(http://127\.0\.0\.1:\d+)/", 120)
        self.address = started[1]

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))

    def wait_for(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        """The first thing said that matches."""
        end = time.monotonic() + seconds
        while not (match := re.search(pattern, "".join(self.said))):
            assert time.monotonic() < end, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.02)
        return match

    def engines(self) -> set[int]:
        """The processes that hold data, one for each release that is open."""
        found = set()
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rpartition(")")[2].split()[1])
                command = (path.parent / "cmdline").read_bytes()
            except (OSError, IndexError):
                continue
            if parent == self.process.pid and b"policygraph.engine.template" in command:
                found.add(int(path.parent.name))
        return found

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


@contextmanager
def serving(*arguments: object, program: Sequence[str] = PROGRAM) -> Iterator[Server]:
    """A server, which has to end in order."""
    server = Server(*arguments, program=program)
    try:
        yield server
    finally:
        server.stop()
    assert server.process.returncode == 0, server.said
    assert "Traceback" not in "".join(server.said)


Put = Callable[[Release], Path]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


def put(release: Release, shelf: Path) -> Path:
    """Copy a release onto a shelf, as rsync does: file by file, in place."""
    return Path(shutil.copytree(release.path, shelf / release.id))


@pytest.fixture(scope="session")
def archive(editions: list[Release]) -> Iterator[Server]:
    """A server of all three."""
    with serving("--release", editions[0].path.parent) as server:
        yield server


@pytest.fixture(scope="session")
def client(archive: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=archive.address, timeout=30) as client:
        yield client

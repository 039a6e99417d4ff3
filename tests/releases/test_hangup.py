"""A server whose terminal is closed ends with it, unless it was started to stay."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from policygraph.release import Release

from .conftest import PROGRAM, Server, put

ON_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[1] == "stays":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
os.execv(sys.argv[2], sys.argv[2:])"""
"""Makes the terminal on standard input the one of a new session, and becomes another program."""


def on_terminal(how: str) -> tuple[str, ...]:
    return (sys.executable, "-c", ON_TERMINAL, how, *PROGRAM)


@pytest.fixture
def link(editions: list[Release], tmp_path: Path) -> Path:
    link = tmp_path / "current"
    link.symlink_to(editions[0].path)
    return link


def test_it_ends_with_its_terminal(link: Path) -> None:
    ours, its = os.openpty()
    server = Server("--release", link, program=on_terminal("ends"), stdin=its)
    os.close(its)
    server.hang_up()
    time.sleep(2)
    assert httpx.get(f"{server.address}/health").status_code == 200, "asked to look, no more"
    os.close(ours)
    assert server.process.wait(30) == 0
    server.stop()
    assert len(server.said) == 1, server.said


def test_it_stays_if_it_was_started_so(editions: list[Release], link: Path) -> None:
    ours, its = os.openpty()
    server = Server("--release", link, program=on_terminal("stays"), stdin=its)
    os.close(its)
    os.close(ours)
    time.sleep(2)
    assert httpx.get(f"{server.address}/health").json()["release"] == editions[0].id
    newer = link.with_name("newer")
    newer.symlink_to(editions[2].path)
    newer.replace(link)
    server.hang_up()
    server.wait_for(f"now release {editions[2].id}")
    server.stop()
    assert server.process.returncode == 0


def test_it_follows_though_nobody_hears_it(editions: list[Release], shelf: Path) -> None:
    """Whatever it has to say goes to a terminal that is no more."""
    put(editions[0], shelf)
    ours, its = os.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--release", str(shelf)],
        stdin=subprocess.DEVNULL, stderr=its, start_new_session=True,
    )  # fmt: skip
    os.close(its)
    try:
        said = ""
        while not (started := re.search(r"(http://127\.0\.0\.1:\d+)/\s", said)):
            said += os.read(ours, 1024).decode()
        os.close(ours)
        for release in editions[1:]:
            put(release, shelf)
            end = time.monotonic() + 30
            while httpx.get(f"{started[1]}/health").json()["release"] != release.id:
                assert time.monotonic() < end
                time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0

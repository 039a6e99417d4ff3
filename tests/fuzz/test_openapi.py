"""Requests that nobody foresaw, made from the OpenAPI description, against the real server."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from policygraph.release import Release

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
OF_ONE_QUERY = r"^/queries/[^{]+\.\{suffix\}$"
"""Answers of single queries: `/queries/{slug}.{suffix}` stands for all of them."""

EXAMPLES = 60
"""Requests of each kind to each address."""


@pytest.fixture
def server(release: Release) -> Iterator[str]:
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0", "--release"]
    process = subprocess.Popen([*command, str(release.path)], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert address is not None
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1]
    assert "Traceback" not in said


def test_no_request_gives_a_500_or_hangs(server: str, tmp_path: Path) -> None:
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program is not None, "schemathesis is part of the test dependencies"
    done = subprocess.run(
        [program, "run", f"{server}/openapi.json", f"--checks={CHECKS}", "--seed=1",
         f"--max-examples={EXAMPLES}", "--request-timeout=40", "--phases=examples,coverage,fuzzing",
         f"--exclude-path-regex={OF_ONE_QUERY}", "--workers=2", "--no-color",
         "--suppress-health-check=all"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert httpx.get(f"{server}/health").json()["status"] == "ok"


def test_the_description_names_every_address(server: str) -> None:
    described = httpx.get(f"{server}/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    for path, operations in described["paths"].items():
        if "{" not in path:
            demands = any(p["required"] for p in operations["get"].get("parameters", ()))
            assert httpx.get(server + path).status_code == (400 if demands else 200), path

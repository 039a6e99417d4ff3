"""The README's first screen is true: its query gives its answer, its commands exist."""

from __future__ import annotations

import csv
import io
import re

from policygraph.asking import ask_release
from policygraph.release import Release
from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_query_gives_the_answer_that_is_shown(release: Release) -> None:
    block = re.search(r"```sparql\n(.*?)```\n\n(\|.*?)\n\n", README, re.DOTALL)
    assert block is not None
    shown = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in block[2].splitlines()
    ]
    answer = ask_release(release, block[1], "csv").data.decode()
    assert list(csv.reader(io.StringIO(answer))) == [shown[0], *shown[2:]]


def test_the_two_commands_are_made_and_run_in_ci() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("serve", "test"):
        assert f"make {command}" in README
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
    assert "make test" in ci


def test_the_python_example_runs(release: Release) -> None:
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block is not None
    code = block[1].replace("policygraph.open()", f"policygraph.open({str(release.path)!r})")
    printed: list[str] = []
    exec(code, {"print": lambda value: printed.append(str(value))})
    assert len(printed) == 10
    assert int(printed[0].partition(": ")[2]) > 20

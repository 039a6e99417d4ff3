"""The documentation is fresh: generated pages, links, file names, commands, examples."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from policygraph.asking import ask_release
from policygraph.cli import cli
from policygraph.queries import read_catalogue
from policygraph.release import Release
from policygraph.sources import Sources
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted(
    path
    for path in (
        *DOCS.glob("*.md"),
        *(REPOSITORY / "w3id").glob("*.md"),
        *(REPOSITORY / "benchmarks").glob("*.md"),
        *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    )
    if path.is_file()
)
FOLDERS = ("ontology", "data", "shapes", "queries", "src", "tests", "docs", "w3id", "scripts")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return re.sub(
        r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def fenced(page: Path, language: str) -> list[str]:
    """The blocks of one language, without their indent."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", block, flags=re.MULTILINE) for indent, block in blocks]


def anchors(page: Path) -> set[str]:
    """Where a link may point to: named anchors, and headings as code hosts name them."""
    text = prose(page)
    named = set(re.findall(r'<a id="([^"]+)">', text))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return named | {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings
    }


def test_generated_pages_are_fresh() -> None:
    run = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_a_stale_page_is_named_with_the_command_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(DOCS)
    generate = importlib.import_module("generate")
    stale = tmp_path / "settings.md"
    monkeypatch.setattr(generate, "pages", lambda: iter([(stale, "new\n")]))
    assert generate.main(["--check"]) == 1
    assert not stale.exists()
    error = capsys.readouterr().err
    assert "settings.md is stale" in error
    assert "python docs/generate.py" in error
    assert generate.main([]) == 0
    assert stale.read_text() == "new\n"
    assert generate.main(["--check"]) == 0
    assert generate.main(["--what"]) == 2


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target} does not exist"
        if anchor:
            assert anchor in anchors(file), f"{page.name}: {target} has no such place"


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`([^`\s]+)`", prose(page))
    ours = {name for name in named if "/" in name and name.split("/")[0] in FOLDERS}
    paths = {name for name in ours if "{" not in name and "..." not in name}
    for path in paths:
        found = [root / path for root in (REPOSITORY, page.parent) if (root / path).exists()]
        assert found, f"{page.name}: {path} does not exist"


@each_page
def test_commands_have_the_options_that_they_are_shown_with(page: Path) -> None:
    for block in fenced(page, "sh"):
        for line in block.splitlines():
            if not line.startswith("policygraph "):
                continue
            _, name, *arguments = shlex.split(line, comments=True)
            command = cli.commands.get(name)
            assert command, f"{page.name}: there is no command {name}"
            try:
                # Resilient: whether a file is there is not the question.
                parser = command.make_parser(click.Context(command, info_name=name))
                parser.parse_args(list(arguments))
            except click.UsageError as error:
                pytest.fail(f"{page.name}: {line}: {error.format_message()}")


@each_page
def test_queries_that_are_named_are_in_the_catalogue(page: Path, sources: Sources) -> None:
    catalogue = {query.slug: query for query in read_catalogue(sources)}
    for slug, rest in re.findall(r"policygraph query ([a-z][\w-]+)(?!\S)(.*)", prose(page)) + [
        match
        for block in fenced(page, "sh")
        for match in re.findall(r"^policygraph query ([a-z][\w-]+)(?!\S)(.*)", block, re.MULTILINE)
    ]:
        assert slug in catalogue, f"{page.name}: there is no query {slug}"
        for name in re.findall(r"--param (\w+)=", rest):
            assert name in {p.name for p in catalogue[slug].parameters}, f"{slug} has no {name}"


@each_page
def test_whole_sparql_examples_give_rows(page: Path, release: Release) -> None:
    for block in fenced(page, "sparql"):
        if block.startswith("PREFIX"):
            answer = ask_release(release, block, "csv").data
            assert len(answer.splitlines()) > 1, f"{page.name}: no rows for\n{block}"


def test_the_example_header_of_a_query_is_one(tmp_path: Path, release: Release) -> None:
    from policygraph.queries import read_query

    (block,) = fenced(REPOSITORY / "CONTRIBUTING.md", "sparql")
    path = tmp_path / "principles.rq"
    path.write_text(block, encoding="utf-8")
    query = read_query(path)
    text = query.bind({}, release.portal.base)
    assert len(ask_release(release, text, "csv").data.splitlines()) == 1 + query.rows


def test_the_python_example_of_the_guide_runs(release: Release) -> None:
    block, _ = fenced(DOCS / "researcher.md", "python")
    code = block.replace("policygraph.open()", f"policygraph.open({str(release.path)!r})")
    printed: list[str] = []
    exec(code, {"print": lambda *values: printed.append(" ".join(map(str, values)))})
    assert len(printed) == 12
    assert printed[0].startswith("1.1 ")


@each_page
def test_lines_that_people_write_are_short(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if not text.startswith("<!-- Generated"):
        long = [line for line in text.splitlines() if len(line) > 140 and line[:1] != "|"]
        assert not long

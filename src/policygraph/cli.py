"""The command line: one function for each command; it parses, calls, prints.

Data goes to stdout, everything else to stderr. Exit codes: 0 done; 1 the data is invalid; 2 the
input or the call is broken.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from policygraph import __version__
from policygraph.errors import BrokenInput, PolicygraphError

if TYPE_CHECKING:
    from policygraph.release import Release
    from policygraph.report import Report

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(path_type=Path)
LANGUAGES = ("nl", "en")

portal_option = click.option(
    "--portal", type=FOLDER, help="A folder with ontology/ data/ shapes/ queries/."
)
engine_option = click.option(
    "--engine", metavar="URL", help="SPARQL endpoint that answers queries; else [engine] url."
)
language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of messages; else that of the system."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="policygraph")
def cli() -> None:
    """A knowledge graph of AI policies: check it, build it, query it, serve it."""


def main() -> NoReturn:
    """Run a command; an error of ours becomes a line or two on stderr and an exit code."""
    try:
        code = cli(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python would complain at exit otherwise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except PolicygraphError as error:
        click.echo(f"policygraph: {error}", err=True)
        sys.exit(error.exit_code)


def _say(text: str) -> None:
    """Tell a person at a terminal what is going on; stay silent in a pipe."""
    if sys.stderr.isatty():
        click.echo(f"{text} ...", err=True)


def _language(chosen: str | None) -> str:
    system = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return chosen or ("nl" if system.startswith("nl") else "en")


@cli.command()
@portal_option
@click.argument("files", nargs=-1, type=FILE)
@click.option(
    "--format",
    "format_",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "turtle", "github"]),
    help="Form of the report.",
)
@language_option
@click.option("--watch", is_flag=True, help="Check again after every change, until Ctrl-C.")
@click.option("--no-cache", is_flag=True, help="Check every file, also those that did not change.")
def validate(
    portal: Path | None,
    files: tuple[Path, ...],
    format_: str,
    lang: str | None,
    watch: bool,
    no_cache: bool,
) -> int:
    """Check a portal, or FILES as if they stood in it.

    Exit code 0: valid; 1: a rule is broken; 2: a file cannot be read, or nothing was checked.
    """
    from policygraph.queries import read_catalogue
    from policygraph.sources import find_portal
    from policygraph.validation import Validator

    sources = find_portal(portal)
    language = _language(lang)
    if not files:
        read_catalogue(sources)

    validator = Validator(sources, cache=not no_cache)

    if watch:
        from policygraph.watching import watch as watching

        folders = [sources.root / name for name in ("ontology", "data", "shapes")]
        for _ in watching([*folders, *files]):
            click.clear()
            click.echo(_render(validator.report(list(files) or None), format_, language), nl=False)
    report = validator.report(list(files) or None)
    click.echo(_render(report, format_, language), nl=False)
    return report.exit_code


def _render(report: Report, format_: str, language: str) -> str:
    from policygraph import report as reports

    if format_ == "json":
        return json.dumps(reports.as_json(report), ensure_ascii=False, indent=2) + "\n"
    if format_ == "turtle":
        return reports.as_turtle(report)
    if format_ == "github":
        return reports.as_github(report, language)
    return reports.as_text(report, language)


@cli.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a file is not canonical.")
@click.argument("files", nargs=-1, type=FILE)
def fmt(check: bool, files: tuple[Path, ...]) -> int:
    """Write FILES, or every Turtle file of the portal here, in canonical form."""
    from policygraph.sources import find_portal, read_bytes
    from policygraph.turtle import format_turtle

    sources = find_portal()
    chosen = list(files) or [f.path for f in sources.turtle_files()] + sources.example_files()
    changed = []
    for path in chosen:
        text = read_bytes(path)
        canonical = format_turtle(text, path)
        if canonical != text:
            changed.append(path)
            if not check:
                _write(path, canonical)
    for path in changed:
        note = "is not canonical: run `policygraph fmt`" if check else "written"
        click.echo(f"{path}: {note}", err=True)
    return 1 if check and changed else 0


def _write(path: Path, data: bytes) -> None:
    """Replace a file's content at once: never half of it, and with the same permissions."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    temporary = Path(file.name)
    temporary.chmod(path.stat().st_mode)
    temporary.replace(path)


@cli.command()
@portal_option
@click.option("--out", type=FILE, help="Folder that the release goes into; else the cache.")
@language_option
def build(portal: Path | None, out: Path | None, lang: str | None) -> int:
    """Check a portal and make a release of it: an immutable folder named by its content.

    An invalid portal yields no release. The folder's path is printed on stdout.
    """
    from policygraph.build import InvalidPortal
    from policygraph.build import build as make
    from policygraph.report import as_text
    from policygraph.sources import find_portal

    try:
        built = make(find_portal(portal), out, _say)
    except InvalidPortal as error:
        click.echo(as_text(error.report, _language(lang), counts=False), err=True, nl=False)
        click.echo(f"policygraph: {error}", err=True)
        return error.report.exit_code
    release = built.release
    _say(f"release {release.id}: {sum(release.graphs.values())} quads, {len(release.files)} files")
    click.echo(release.path)
    return 0


@cli.command()
@portal_option
@click.option(
    "--release",
    "release_folder",
    type=FOLDER,
    help="Serve this release; of a folder of releases the newest, also one that comes later.",
)
@click.option(
    "--dump",
    "dumps",
    multiple=True,
    type=FILE,
    help="Serve an RDF file as it is (.ttl .nt .nq .trig .rdf .jsonld, each also .gz).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on; 0 takes any.")
@engine_option
def serve(
    portal: Path | None,
    release_folder: Path | None,
    dumps: tuple[Path, ...],
    engine: str | None,
    host: str,
    port: int,
) -> None:
    """Serve a portal: build a release if there is none yet, then answer.

    Limits of queries are set in policygraph.toml. Ctrl-C stops the server; SIGHUP makes it look
    for a newer release (of a portal: build one) and change over to it.
    """
    from policygraph import following, serving

    if sum(map(bool, (portal, release_folder, dumps))) > 1:
        raise BrokenInput("--portal, --release and --dump exclude each other: give one")

    def opened() -> Release:
        return _release(portal, release_folder, dumps)

    followed = following.follow(portal, release_folder, dumps, opened, _report)
    release = followed.release
    with serving.listen(host, port) as listener:
        address = serving.address(listener)
        with ExitStack() as shown:

            def ready() -> None:
                shown.close()
                click.echo(f"policygraph {__version__}, release {release.id}: {address}", err=True)

            progress = shown.enter_context(_bar())
            serving.serve(
                release, listener, ready, progress, followed.shelf, followed.find, _report,
                prepare=lambda newer: _behind(newer, engine),
            )  # fmt: skip


def _report(text: str) -> None:
    with suppress(OSError):  # the terminal, or whoever read, may have gone: the server goes on
        click.echo(f"policygraph: {text}", err=True)


def _behind(release: Release, engine: str | None) -> Release:
    """Return the release with another endpoint than its settings say, if one is given."""
    if engine is None:
        return release
    from policygraph.settings import check_endpoint

    if engine:
        check_endpoint(engine, "--engine")
    backend = replace(release.portal.engine, url=engine)
    return replace(release, portal=replace(release.portal, engine=backend))


@cli.command()
@click.option("--to", required=True, metavar="URL", help="Its graph store, or its update endpoint.")
@portal_option
@click.option("--release", "release_folder", type=FOLDER, help="Publish this release.")
@click.option(
    "--update", is_flag=True, help="--to takes SPARQL Update, not the graph store protocol."
)
@engine_option
@click.option("--user", default="", help="Who may write there.")
@click.option("--prune", is_flag=True, help="Remove every other copy of this portal from there.")
def publish(
    to: str,
    portal: Path | None,
    release_folder: Path | None,
    update: bool,
    engine: str | None,
    user: str,
    prune: bool,
) -> None:
    """Load a release into a SPARQL server that others run, beside the one that is served.

    Graphs are counted where queries go: --engine, else [engine] url, else --to. The password is
    read from the environment variable POLICYGRAPH_ENGINE_PASSWORD.
    """
    from policygraph import publishing
    from policygraph.settings import check_endpoint

    if portal and release_folder:
        raise BrokenInput("--portal and --release exclude each other: give one")
    check_endpoint(to, "--to")
    release = _behind(_release(portal, release_folder, ()), engine)
    backend = release.portal.engine
    there = publishing.Target(to, backend.url or to, user or backend.user, update)
    with there as target, _steps() as progress:
        new = publishing.publish(release, target, progress)
        removed = publishing.prune(release, target, progress) if prune else []
    _say(f"release {release.id} {'is published' if new else 'was there already'} in {to}")
    for record in removed:
        _say(f"removed {record}")
    click.echo(release.urls.copy(release.edition))


@contextmanager
def _steps() -> Iterator[Callable[[str, int, int], None]]:
    """Show a person at a terminal which step is how far; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda step, done, total: bar.update(
            task, description=step, completed=done, total=total
        )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None] | None]:
    """Show a person at a terminal how much has been read; None in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Loading", total=None)
        before = 0

        def show(done: int, total: int) -> None:
            nonlocal before
            if done < before:  # too much for memory: from the start again
                bar.update(task, description="Writing to disk")
            before = done
            bar.update(task, completed=done, total=total)

        yield show


def _release(portal: Path | None, folder: Path | None, dumps: tuple[Path, ...]) -> Release:
    from policygraph.build import InvalidPortal, current_release
    from policygraph.release import mirror, open_release
    from policygraph.report import as_text
    from policygraph.settings import Portal
    from policygraph.sources import find_portal

    if folder:
        return open_release(folder)
    if dumps:
        return mirror(dumps, Portal())
    try:
        return current_release(find_portal(portal), _say)
    except InvalidPortal as error:
        click.echo(as_text(error.report, _language(None), counts=False), err=True, nl=False)
        raise


@cli.command()
@click.argument("name")
@portal_option
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Fill a parameter.")
@click.option(
    "--format",
    "format_",
    default="table",
    show_default=True,
    type=click.Choice(["table", "csv", "tsv", "json", "xml", "ttl", "nt", "jsonld"]),
    help="Form of the answer; a graph that is asked as a table comes as Turtle.",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead.")
def query(
    name: str, portal: Path | None, params: tuple[str, ...], format_: str, endpoint: str | None
) -> None:
    """Ask a query: NAME of the catalogue, a FILE, or - for standard input.

    A name that does not exist lists the ones that do.
    """
    from policygraph import asking
    from policygraph.sources import find_portal

    values = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            raise BrokenInput(f"--param {param}: write it as NAME=VALUE")
        values[key] = value
    sources = find_portal(portal)
    text = asking.query_text(sources, name, values)
    if endpoint:
        answer = asking.ask_endpoint(endpoint, text, format_)
    else:
        answer = asking.ask_release(_release(portal, None, ()), text, format_)
    asking.show(answer, format_, sys.stdout.buffer)


@cli.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option(
    "--format",
    "format_",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "html", "turtle"]),
    help="Form of the report.",
)
@language_option
def diff(old: Path, new: Path, format_: str, lang: str | None) -> None:
    """Tell what changed from OLD to NEW in words of policy.

    Each is a release, a portal or an RDF file (.ttl .nt .nq .trig .rdf .jsonld, each also .gz).
    Exit code 0, also when there are differences.
    """
    from policygraph import wording
    from policygraph.diff import diff as compare
    from policygraph.editions import common_labels, read_edition

    _say(f"reading {old}")
    before = read_edition(old)
    _say(f"reading {new}")
    after = read_edition(new)
    _say("comparing")
    difference = compare(before, after)
    names = common_labels()
    language = _language(lang)
    words = wording.Words(difference, language, names)
    if format_ == "turtle":
        other = wording.Words(difference, "nl" if language == "en" else "en", names)
        text = wording.as_turtle(words, other)
    else:
        write = {"text": wording.as_text, "json": wording.as_json, "html": wording.as_html}
        text = write[format_](words)
    click.echo(text, nl=False)

"""commands.md: the command line, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from pages import cell, opening, table
from policygraph.cli import cli
from policygraph.sources import Sources


def commands(_: Sources) -> Iterator[str]:
    """Yield the page of the command line."""
    yield from opening(
        "Commands",
        (cli.help or "").strip() + " `python -m policygraph` is the same.",
        "Data goes to stdout, everything else to stderr. An error is a line or two that say what, "
        "where and what to do.",
    )
    yield from table(
        ["exit code", "meaning"],
        [
            ["0", "done"],
            ["1", "the data is invalid, or a file is not canonical (`fmt --check`)"],
            ["2", "the input or the call is broken, or nothing was checked"],
            ["130", "stopped by Ctrl-C"],
        ],
    )
    yield "Options of every command: `-h`, `--help`. `policygraph --version` tells the version."
    yield ""
    for name, command in sorted(cli.commands.items()):
        yield from _command(name, command)


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"policygraph {name}")
    yield f"## {name}"
    yield ""
    yield "```text"
    yield command.get_usage(context).removeprefix("Usage: ")
    yield "```"
    yield ""
    yield inspect.cleandoc(command.help or "")
    yield ""
    rows = []
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            names = ", ".join(f"`{option}`" for option in parameter.opts)
            about = cell(parameter.help or "")
            about += " May be repeated." if parameter.multiple else ""
            rows.append([names, _values(parameter), _default(parameter), about])
    yield from table(["option", "value", "default", "meaning"], rows)


def _values(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{choice}`" for choice in option.type.choices)
    return f"`{option.metavar or option.type.name.upper()}`"


def _default(option: click.Option) -> str:
    return f"`{option.default}`" if option.show_default else ""

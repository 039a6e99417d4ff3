"""settings.md: everything that policygraph.toml may say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path

from pages import cell, opening, table
from policygraph import settings
from policygraph.settings import Backend, Limits, Portal
from policygraph.sources import Sources


def settings_page(_: Sources) -> Iterator[str]:
    """Yield the page of everything that policygraph.toml may say."""
    yield from opening(
        "Settings",
        "A portal is a folder with `ontology/`, `data/`, `shapes/`, `queries/` and, if it wants "
        "other settings than these, a file `policygraph.toml`. An unknown setting or a value of "
        "another type is an error that names the file.",
    )
    documented = _docstrings(Path(settings.__file__))
    yield "## The portal"
    yield ""
    yield from table(["setting", "default", "meaning"], _rows(Portal, documented["Portal"]))
    yield (
        "Version and date stand in the graph `meta` and in the manifest of a release; its name "
        "comes from the content of the other graphs."
    )
    yield ""
    yield "## Limits: the table `[limits]`"
    yield ""
    yield from table(["setting", "default", "meaning"], _rows(Limits, documented["Limits"]))
    yield "What happens at a limit, and how to choose one: [operator.md](operator.md)."
    yield ""
    yield "## Engine: the table `[engine]`"
    yield ""
    yield from table(["setting", "default", "meaning"], _rows(Backend, documented["Backend"]))
    yield (
        "How to publish there, and what is different: "
        "[operator.md](operator.md#behind-a-sparql-server-of-your-own)."
    )
    yield ""
    yield "## Environment"
    yield ""
    yield from table(
        ["variable", "meaning"],
        [
            ["`POLICYGRAPH_CACHE`", "Folder of releases and validation results."],
            [
                "`POLICYGRAPH_ENGINE_PASSWORD`",
                "Password of the `user` in `[engine]`, and of `--user`.",
            ],
            ["`XDG_CACHE_HOME`", "Where that is not set: the folder that holds `policygraph/`."],
        ],
    )


def _docstrings(path: Path) -> dict[str, dict[str, str]]:
    """Return class to attribute to the string that stands below the attribute."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            about = found[node.name] = {}
            for field_, after in zip(node.body, node.body[1:], strict=False):
                match field_, after:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(text))),
                    ):
                        about[name] = text
    return found


def _rows(
    record: type[Portal] | type[Limits] | type[Backend], about: Mapping[str, str]
) -> Iterator[list[str]]:
    for field_ in fields(record):
        default = field_.default
        if default is MISSING and field_.default_factory is not MISSING:
            default = field_.default_factory()
        shown = "" if isinstance(default, Limits | Backend) else f"`{_toml(default)}`"
        yield [f"`{field_.name}`", shown, cell(about[field_.name])]


def _toml(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        inside = ", ".join(f"{k} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return str(value)

"""Write the pages of docs/ that follow from the ontology, the shapes, the queries and the code.

`python docs/generate.py` writes them; with `--check` nothing is written, and the exit code is 1 if
a page is stale. The same sources always give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pages import MEND, commands, queries, rules, settings, vocabulary

from policygraph.sources import Sources, find_portal

DOCS = Path(__file__).resolve().parent

PAGES: dict[str, Callable[[Sources], Iterator[str]]] = {
    "commands.md": commands.commands,
    "queries.md": queries.queries,
    "rules.md": rules.rules,
    "settings.md": settings.settings_page,
    "vocabulary.md": vocabulary.vocabulary,
}


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every generated page: where it stands, and what it has to say."""
    sources = find_portal(DOCS.parent)
    for name, make in PAGES.items():
        yield DOCS / name, "\n".join(make(sources)).rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with --check say which ones are stale; return the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/generate.py [--check]\n")
        return 2
    stale = [
        (path, text)
        for path, text in pages()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if arguments:
            sys.stderr.write(f"docs/{path.name} is stale: run {MEND}\n")
        else:
            path.write_text(text, encoding="utf-8")
            sys.stderr.write(f"docs/{path.name}: written\n")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

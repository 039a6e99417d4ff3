"""How to cite a release, or a policy as it describes it: plain text, BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from policygraph.release import Release

_ESCAPES = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "{}%$#_&"},
}  # fmt: skip
_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_IN = {"nl": "In:", "en": "In:", "fr": "Dans\u00a0:"}
_DATASET = {"nl": "dataset", "en": "data set", "fr": "jeu de données"}
_RELEASE = {"nl": "uitgave", "en": "release", "fr": "édition"}
_VERSION = {"nl": "versie", "en": "version", "fr": "version"}


@dataclass(frozen=True, slots=True)
class Citation:
    """What a reader copies, in each form."""

    plain: str
    bibtex: str
    ris: str
    csl: str


def cite(
    release: Release, address: str, language: str = "en", part: str = "", title: str = ""
) -> Citation:
    """Return how to cite a release; with `part`, the IRI of a thing in it whose title is given.

    The address is the one of the portal, or of the thing, since that lasts; the release id names
    the content. `address` is where the client reached the server: it stands for a base that is
    no address on the web.
    """
    portal = release.portal
    whole = _line(_best(portal.title, language)) or "policygraph"
    author = _line(_best(portal.publisher_name, language)) or whole
    title = _line(title)
    url = part or (portal.base if portal.base.startswith("http") else address + "/")
    dated = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", portal.date)
    year = re.search(r"\b\d{4}\b", portal.date)
    made = f"{_best(_RELEASE, language)} {release.id}"
    version = f"{_best(_VERSION, language)} {portal.version}"
    kind = _best(_DATASET, language)
    name = f"{title}. {_best(_IN, language)} {whole}" if part else whole
    plain = f"{author} ({portal.date}). {name} ({version}, {made}) [{kind}]. {url}"
    key = re.sub(r"[^a-z0-9]+", "-", (part or portal.base).rstrip("/").rpartition("/")[2].lower())
    fields = {
        "author": "{" + _tex(author) + "}",
        "title": "{" + _tex(title or whole) + "}",
        **({"booktitle": _tex(whole)} if part else {}),
        **({"year": year[0]} if year else {}),
        **({"date": portal.date} if dated else {}),
        "version": _tex(portal.version),
        "note": _tex(made),
        "url": url,
    }
    entry = ",\n".join(f"  {field} = {{{value}}}" for field, value in fields.items())
    bibtex = f"@misc{{{key.strip('-')}-{release.id},\n{entry}\n}}\n"
    lines = [
        ("TY", "DATA"), ("AU", author), ("TI", title or whole), *([("T2", whole)] if part else []),
        *([("PY", year[0])] if year else []),
        *([("DA", portal.date.replace("-", "/"))] if dated else []),
        ("ET", portal.version), ("N1", made), ("UR", url), ("ER", ""),
    ]  # fmt: skip
    ris = "".join(f"{tag}  - {value}\r\n" for tag, value in lines)
    csl = {
        "id": f"{key.strip('-')}-{release.id}",
        "type": "dataset",
        "author": [{"literal": author}],
        "title": title or whole,
        **({"container-title": whole} if part else {}),
        "issued": {"date-parts": [list(map(int, dated.groups()))]}
        if dated
        else {"raw": portal.date},
        "version": portal.version,
        "number": release.id,
        "URL": url,
    }
    return Citation(plain, bibtex, ris, json.dumps([csl], ensure_ascii=False, indent=1))


def _best(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _line(text: str) -> str:
    """Return a text on one line, as each form has it."""
    return " ".join(text.split())


def _tex(text: str) -> str:
    # BibTeX counts braces, whether a backslash stands before them or not.
    depth, least = 0, 0
    for character in text:
        depth += (character == "{") - (character == "}")
        least = min(least, depth)
    escapes = _ESCAPES if depth == least == 0 else _ESCAPES | _BRACES
    return "".join(escapes.get(character, character) for character in text)

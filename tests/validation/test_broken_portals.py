"""One thing broken in a copy of the portal: it is found, with its place, and no release is made."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

POLICY = "data/policies/nl-generative-ai-vision.ttl"


@dataclass(frozen=True)
class Break:
    """What is changed in the policy's file, and what must be said about it."""

    name: str
    old: str
    new: str
    exit_code: int
    rule: str
    says: str
    """The line that the report must name contains this text, in the broken file."""
    stands: str


BREAKS = [
    Break("title removed", 'dct:title\n    "Overheidsbrede visie generatieve AI"@nl ,\n    "Gov',
          'dct:title\n    "Gov', 1, "pgsh:PolicyDocument-title-nl", "Dutch", "Government-wide"),
    Break("pillar of another document", "pg:pillarOf policy:nl-generative-ai-vision ;",
          "pg:pillarOf policy:eu-ai-act ;", 1, "pgsh:PolicyDocument-pillars", "same document",
          "action:"),
    Break("misspelt term", "pg:standing pg:Listed ;", "pg:standng pg:Listed ;", 1,
          "pgsh:UnknownTerm", "Did you mean pg:standing", "pg:standng"),
    Break("SDG 18", "pg:goal sdg:10 ;", "pg:goal sdg:18 ;", 1, "pgsh:SDGAlignment-goal",
          "an SDG that exists", "sdg:18"),
    Break("https where http belongs", "dct:subject eurovoc:3030 ;",
          "dct:subject <https://eurovoc.europa.eu/3030> ;", 1, "pgsh:ForeignIRI-subject-http",
          "start with http,", "https://eurovoc"),
    Break("two action points with one number", 'pg:number "1.2" ;', 'pg:number "1.1" ;', 1,
          "pgsh:PolicyDocument-numbers", "number", "action:1."),
    Break("blank node", "pg:theme theme:safety-security ;", "pg:theme [] ;", 1,
          "pgsh:BlankNode", "IRI of its own", "[]"),
    Break("missing rationale", "pg:rationale", "skos:note", 1,
          "pgsh:Interpretation-rationale", "rationale", ""),
    Break("unterminated string", '"Samenwerken"@nl', '"Samenwerken@nl', 2, "pgsh:Syntax",
          "not closed", ""),
]  # fmt: skip


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "policygraph", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def broken(portal: Path, edit: Callable[[str], str]) -> Path:
    path = portal / POLICY
    text = path.read_text(encoding="utf-8")
    changed = edit(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return path


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: case.name)
def test_it_is_found_with_its_place_and_what_to_do(portal: Path, case: Break) -> None:
    path = broken(portal, lambda text: text.replace(case.old, case.new, 1))
    done = run("validate", "--portal", portal, "--lang", "en")
    assert done.returncode == case.exit_code, done.stdout
    found = [line for line in done.stdout.splitlines() if f"[{case.rule}" in line]
    assert found, done.stdout
    place = re.match(rf"\s+{re.escape(POLICY)}:(\d+):(\d+): error: (.*)", found[0])
    assert place is not None, found
    assert case.says in place[3]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert case.stands in lines[int(place[1]) - 1]
    assert "Traceback" not in done.stderr

    out = portal.parent / "out"
    made = run("build", "--portal", portal, "--out", out, "--lang", "en")
    assert made.returncode == case.exit_code
    assert "no release was made" in made.stderr
    assert not made.stdout
    assert not out.exists() or not list(out.iterdir())


def test_a_file_that_is_not_utf8(portal: Path) -> None:
    path = portal / POLICY
    text = path.read_text(encoding="utf-8")
    assert "ë" in text
    path.write_bytes(text.encode("latin-1", errors="replace"))
    done = run("validate", "--portal", portal, "--lang", "en")
    assert done.returncode == 2
    assert re.search(rf"{POLICY}:\d+:\d+: error: this is not UTF-8", done.stdout)


def test_every_unreadable_file_is_named_in_one_run(portal: Path) -> None:
    for name in (POLICY, "data/stakeholders.ttl"):
        path = portal / name
        path.write_text(path.read_text(encoding="utf-8") + "\nbroken\n", encoding="utf-8")
    done = run("validate", "--portal", portal)
    assert done.returncode == 2
    assert POLICY in done.stdout
    assert "data/stakeholders.ttl" in done.stdout


def test_a_file_answers_for_what_it_adds_to_things_of_another(portal: Path) -> None:
    """A mistake in a principle is found where it is described, and one in a match where that is."""
    broken(portal, lambda text: text.replace("pg:order 3 ;", "", 1))
    matches = portal / "data" / "mappings" / "principles.ttl"
    text = matches.read_text(encoding="utf-8")
    principle = "<https://w3id.org/policygraph/id/policy/nl-generative-ai-vision/principle/3>"
    assert f"\n{principle}\n  skos:closeMatch" in text
    match = f"\n{principle}\n  skos:exactMatch <http://www.wikidata.org/entity/Q1> ;\n.\n"
    matches.write_text(text + match, encoding="utf-8")
    done = run("validate", "--portal", portal, "--format", "json")
    assert done.returncode == 1
    found = {(f["file"], f["rule"].rpartition("#")[2]) for f in json.loads(done.stdout)["findings"]}
    assert found == {
        (POLICY, "PolicyElement-order"),
        ("data/mappings/principles.ttl", "Principle-exactMatch"),
    }

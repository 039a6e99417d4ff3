"""rules.md: what a validation checks, with the words that a curator reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pages import Facts, cell, opening, short, table
from policygraph import checks
from policygraph.namespaces import RDF, RDFS, SH
from policygraph.sources import Sources
from policygraph.turtle import natural, read_turtle

SEVERITIES = {
    "Violation": "the portal cannot be published",
    "Warning": "mend it",
    "Info": "advice",
}


def rules(sources: Sources) -> Iterator[str]:
    """Yield the page of every rule: what it tells the curator, and how severe it is."""
    yield from opening(
        "Rules",
        "What `policygraph validate` checks, with the message that a curator reads. The name in "
        "brackets at the end of a finding is the name in the first column. How to read a finding: "
        "[curator.md](curator.md).",
        "Severities: "
        + "; ".join(f"**{name}**: {what}" for name, what in SEVERITIES.items())
        + ".",
    )
    for path in [f.path for f in sources.turtle_files() if f.graph == "shapes"]:
        facts = Facts(read_turtle(path.read_bytes(), path).triples)
        shapes = facts.subjects(RDF.type, SH.NodeShape)
        rows = [row for shape in shapes for row in _rules_of(facts, shape)]
        if not rows:
            continue
        yield f"## {_title(facts, shapes, path)}"
        yield ""
        yield f"In `shapes/{path.name}`, for {_targets(facts, shapes)}."
        yield ""
        yield from table(["rule", "severity", "message", "melding"], rows)
    yield "## All files together"
    yield ""
    yield "What no shape can see; `…` stands for the name in question."
    yield ""
    messages = checks._MESSAGES
    yield from table(
        ["rule", "severity", "message", "melding"],
        (
            [f"`{short(rule)}`", "Violation", *(_sample(messages[rule][x]) for x in ("en", "nl"))]
            for rule in sorted(messages)
        ),
    )
    yield (
        "Two more come from a run itself: `pgsh:Syntax` (a file cannot be read; exit code 2) and "
        "`pgsh:UnusedShape` (Warning: a shape found nothing to check)."
    )
    yield ""


def _title(facts: Facts, shapes: Sequence[str], path: Path) -> str:
    labels = [facts.text(shape, RDFS.label, "en") for shape in shapes]
    return next(filter(None, labels), path.stem.replace("-", " ").capitalize())


def _targets(facts: Facts, shapes: Sequence[str]) -> str:
    """Say what the shapes of a file look for (SHACL, section 2.1.3)."""
    words = {
        SH.targetClass: "{}",
        SH.targetNode: "{}",
        SH.targetSubjectsOf: "what has {}",
        SH.targetObjectsOf: "what {} points to",
    }
    found = [
        word.format(f"`{short(target)}`")
        for property_, word in words.items()
        for target in sorted({t for s in shapes for t in facts.values(s, property_)}, key=natural)
    ]
    return ", ".join(found) or "the shapes that use it"


def _rules_of(facts: Facts, shape: str) -> Iterator[list[str]]:
    for rule in (shape, *facts.values(shape, SH.property)):
        query = next(iter(facts.values(rule, SH.sparql)), rule)
        english, dutch = (
            facts.text(rule, SH.message, language) or facts.text(query, SH.message, language)
            for language in ("en", "nl")
        )
        if english or dutch:
            severity = next(iter(facts.values(rule, SH.severity)), SH.Violation)
            yield [f"`{short(rule)}`", severity.rpartition("#")[2], cell(english), cell(dutch)]


def _sample(message: str) -> str:
    return cell(message.format(what="…", hint="…").replace(".…", "."))

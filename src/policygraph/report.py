"""What a validation found: plain records, rendered in the reader's language at the very end."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from policygraph.namespaces import PG_NS, RDF, SH, SHAPES_NS, XSD, prefixes
from policygraph.terms import BlankNode, Literal, NamedNode, Term, Triple
from policygraph.turtle import natural, parse_ntriples, write_turtle

Severity = typing.Literal["Violation", "Warning", "Info"]
State = typing.Literal["valid", "invalid", "unreadable", "empty"]

_WORDS: dict[str, dict[str, str]] = {
    "Violation": {"nl": "fout", "en": "error"},
    "Warning": {"nl": "waarschuwing", "en": "warning"},
    "Info": {"nl": "advies", "en": "advice"},
    "valid": {"nl": "Geldig", "en": "Valid"},
    "invalid": {"nl": "Ongeldig", "en": "Invalid"},
    "unreadable": {"nl": "Onleesbaar", "en": "Unreadable"},
    "empty": {
        "nl": "Er is niets gecontroleerd: geen enkele regel vond iets om te controleren",
        "en": "Nothing was checked: no rule found anything to check",
    },
}
_SUMMARY = {
    "nl": "{state}: {files} bestanden, {shapes} shapes, {focus} dingen gecontroleerd; "
    "{Violation} fouten, {Warning} waarschuwingen, {Info} adviezen",
    "en": "{state}: {files} files, {shapes} shapes, {focus} things checked; "
    "{Violation} errors, {Warning} warnings, {Info} advices",
}
_UNUSED = {
    "nl": "niets te controleren",
    "en": "nothing to check",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: what is wrong, where it stands, and what to do."""

    severity: Severity
    rule: str
    """The IRI of the shape, or of one of the checks of `checks.py`."""
    messages: Mapping[str, str]
    """Language to instruction; the key "" holds text without a language."""
    file: str
    line: int = 1
    column: int = 1
    focus: str = ""
    """The IRI of the thing."""
    path: str = ""
    """The IRI of the property, where the rule is about one."""
    value: str = ""
    """The value, as an N-Triples term."""
    component: str = ""

    def message(self, language: str) -> str:
        """Return the instruction in a language, else in English, else in any."""
        for wanted in (language, "en", ""):
            if wanted in self.messages:
                return self.messages[wanted]
        return next(iter(self.messages.values()), self.rule)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one run."""

    findings: tuple[Finding, ...]
    focus_counts: Mapping[str, int]
    """Node shape to the number of things that it checked."""
    files: int
    unreadable: bool = False

    @property
    def state(self) -> State:
        """The outcome: data with nothing to check is "empty", never "valid"."""
        if self.unreadable:
            return "unreadable"
        if not sum(self.focus_counts.values()):
            return "empty"
        return "invalid" if self.count("Violation") else "valid"

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 2 unreadable or nothing checked."""
        return {"valid": 0, "invalid": 1}.get(self.state, 2)

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)


def _short(iri: str) -> str:
    for name, namespace in prefixes().items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{name}:{iri[len(namespace) :]}"
    return iri


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (natural(f.file), f.line, f.focus, f.rule, f.value))


def as_text(report: Report, language: str, *, counts: bool = True) -> str:
    """Return the report for a terminal: by file, then by thing, each with its place."""
    lines = []
    for file, in_file in groupby(_ordered(report.findings), key=lambda f: f.file):
        lines.append(file)
        for focus, about in groupby(in_file, key=lambda f: f.focus):
            if focus:
                lines.append(f"  {_short(focus)}")
            for finding in about:
                word = _WORDS[finding.severity][language]
                value = f"  ({finding.value})" if finding.value else ""
                lines.append(
                    f"    {file}:{finding.line}:{finding.column}: {word}: "
                    f"{finding.message(language)}{value}  [{_short(finding.rule)}]"
                )
        lines.append("")
    if counts:
        width = max((len(_short(shape)) for shape in report.focus_counts), default=0)
        for shape, number in sorted(report.focus_counts.items()):
            note = "" if number else f"  {_UNUSED[language]}"
            lines.append(f"{_short(shape):<{width}}  {number:>6}{note}")
        lines.append("")
    lines.append(_verdict(report, language))
    return "\n".join(lines) + "\n"


def _verdict(report: Report, language: str) -> str:
    if report.state == "empty":
        return _WORDS["empty"][language]
    severities: tuple[Severity, ...] = ("Violation", "Warning", "Info")
    return _SUMMARY[language].format(
        state=_WORDS[report.state][language],
        files=report.files,
        shapes=len(report.focus_counts),
        focus=sum(report.focus_counts.values()),
        **{severity: report.count(severity) for severity in severities},
    )


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON values; messages in every language."""
    return {
        "state": report.state,
        "files": report.files,
        "findings": [asdict(finding) for finding in _ordered(report.findings)],
        "focusCounts": dict(sorted(report.focus_counts.items())),
    }


def as_github(report: Report, language: str) -> str:
    """Return workflow commands, which a code host shows beside the line."""
    levels = {"Violation": "error", "Warning": "warning", "Info": "notice"}
    lines = []
    for finding in _ordered(report.findings):
        place = f"file={finding.file},line={finding.line},col={finding.column}"
        text = finding.message(language).replace("%", "%25").replace("\n", "%0A")
        title = _short(finding.rule).replace(",", "%2C").replace(":", "%3A")
        lines.append(f"::{levels[finding.severity]} {place},title={title}::{text}")
    return "".join(f"{line}\n" for line in [*lines, _verdict(report, language)])


def as_turtle(report: Report) -> str:
    """Return the report in the W3C's vocabulary (SHACL 2017, section 3.6)."""
    root = BlankNode()
    triples: list[Triple] = []

    def say(subject: BlankNode, predicate: str, term: Term) -> None:
        triples.append((subject, NamedNode(predicate), term))

    conforms = "true" if report.state == "valid" and not report.findings else "false"
    say(root, RDF.type, NamedNode(SH.ValidationReport))
    say(root, SH.conforms, Literal(conforms, datatype=NamedNode(XSD.boolean)))
    for finding in report.findings:
        result = BlankNode()
        say(root, SH.result, result)
        say(result, RDF.type, NamedNode(SH.ValidationResult))
        say(result, SH.resultSeverity, NamedNode(SH[finding.severity]))
        say(result, SH.sourceShape, NamedNode(finding.rule))
        component = finding.component or SHAPES_NS + "FileCheck"
        say(result, SH.sourceConstraintComponent, NamedNode(component))
        if finding.focus:
            say(result, SH.focusNode, NamedNode(finding.focus))
        if finding.path:
            say(result, SH.resultPath, NamedNode(finding.path))
        if finding.value:
            say(result, SH.value, _term(finding.value))
        for language, text in finding.messages.items():
            say(result, SH.resultMessage, Literal(text, language=language or None))
        place = f"{finding.file}:{finding.line}:{finding.column}"
        say(result, PG_NS + "locator", Literal(place))
    return write_turtle(triples, prefixes()).decode()


def _term(text: str) -> Term:
    """Read back an N-Triples term."""
    return parse_ntriples(f"<x:s> <x:p> {text} .".encode())[0][2]

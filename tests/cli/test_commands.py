"""The commands, run as a user runs them: exit codes, streams, and what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph.errors import BrokenInput, PolicygraphError
from policygraph.settings import read_portal
from policygraph.sources import Sources

COUNT = """PREFIX pg: <https://w3id.org/policygraph/ns#>
PREFIX policy: <https://w3id.org/policygraph/id/policy/>
SELECT (COUNT(*) AS ?n) { ?s a pg:Pillar ; pg:pillarOf policy:nl-generative-ai-vision }"""


def run(
    *arguments: str | Path, stdin: str = "", cwd: Path | None = None, lang: str = "C"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "policygraph", *map(str, arguments)]
    env = os.environ | {"LANG": lang, "LC_ALL": lang}
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=cwd, env=env,
        timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["", "serve", "validate", "build", "query", "fmt", "diff"])
def test_every_command_explains_itself(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "No such command"),
        (["validate", "--format", "pdf"], "Invalid value"),
        (["validate", "--portal", "/nowhere"], "does not exist"),
        (["validate", "/nowhere.ttl"], "does not exist"),
        (["serve", "--release", "."], "holds no release (make one with"),
        (["serve", "--dump", "/nowhere.nq"], "does not exist"),
        (["serve", "--release", ".", "--dump", "x.nq"], "exclude each other"),
        (["serve", "--host", "no.such.host.invalid"], "cannot listen"),
        (["query", "no-such-query"], "there is no query"),
        (["query", "/nowhere.rq"], "does not exist"),
        (["query", "-", "--param", "x"], "NAME=VALUE"),
        (["query", "-", "--endpoint", "ftp://x"], "http"),
        (["fmt", "/nowhere.ttl"], "does not exist"),
        (["diff", "/nowhere.nq", "."], "does not exist"),
        (["diff", ".", "."], "neither a release"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_refused_in_a_line_or_two(
    arguments: list[str], says: str, tmp_path: Path
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_a_folder_that_is_no_portal_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = run("build", "--portal", tmp_path)
    assert done.returncode == 2
    assert "has no folder ontology or shapes or queries" in done.stderr


@pytest.mark.parametrize(
    "text",
    ["base = ", "bse = 1", "version = 1", '[limits]\nquery_seconds = "x"', 'base = "no-address"'],
)
def test_a_broken_config_is_named_with_its_place(portal: Path, text: str) -> None:
    (portal / "policygraph.toml").write_text(text, encoding="utf-8")
    done = run("validate", "--portal", portal)
    assert done.returncode == 2
    assert "policygraph.toml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "endpoint",
    ["example.org/sparql", "ftp://example.org/", "//example.org/", "http:///sparql", "http://x y/",
     "http://u:p@example.org/", "http://example.org/#x", "http://example.org:x/", "http://[::1/",
     "file:///etc/passwd", "<http://example.org/>", "http://.../", "", 1],
)  # fmt: skip
def test_an_endpoint_that_is_no_address_is_named(tmp_path: Path, endpoint: object) -> None:
    config = tmp_path / "policygraph.toml"
    config.write_text(f"[limits]\nservice_allow = ['http://good/', {endpoint!r}]")
    with pytest.raises(BrokenInput, match="service_allow must list addresses") as caught:
        read_portal(config)
    assert f"not {endpoint!r}" in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    ["https://query.wikidata.org/sparql", "http://127.0.0.1:8890/sparql", "http://[::1]:80/",
     "http://localhost", "https://example.org/s?default-graph-uri=http://g/", "http://\u00e9.org/\u00e9"],
)  # fmt: skip
def test_an_endpoint_is_an_address(tmp_path: Path, endpoint: str) -> None:
    config = tmp_path / "policygraph.toml"
    config.write_text(f"[limits]\nservice_allow = ['{endpoint}']", encoding="utf-8")
    assert read_portal(config).limits.service_allow == (endpoint,)


def test_validate_speaks_dutch_and_english(portal: Path) -> None:
    path = portal / "data" / "policies" / "nl-generative-ai-vision.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("pg:order 3 ;", "", 1),
                    encoding="utf-8")  # fmt: skip
    assert "fout:" in run("validate", "--portal", portal, lang="nl_NL.UTF-8").stdout
    assert "error:" in run("validate", "--portal", portal, lang="en_GB.UTF-8").stdout
    assert "fout:" in run("validate", "--portal", portal, "--lang", "nl").stdout


def test_the_report_in_its_other_forms(portal: Path) -> None:
    path = portal / "data" / "policies" / "nl-generative-ai-vision.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("pg:order 3 ;", "", 1),
                    encoding="utf-8")  # fmt: skip
    done = run("validate", "--portal", portal, "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"]) == (1, "invalid")
    (finding,) = report["findings"]
    assert set(finding["messages"]) == {"nl", "en"}
    line = finding["line"]

    done = run("validate", "--portal", portal, "--format", "github", "--lang", "en")
    assert done.stdout.startswith(
        f"::error file=data/policies/nl-generative-ai-vision.ttl,line={line},col="
    )

    done = run("validate", "--portal", portal, "--format", "turtle")
    sh = "http://www.w3.org/ns/shacl#"
    store = ox.Store()
    store.load(done.stdout.encode(), format=ox.RdfFormat.TURTLE)
    results = store.query(
        f"SELECT ?focus ?severity {{ ?r a <{sh}ValidationReport> ; <{sh}conforms> false ; "
        f"<{sh}result> ?x . ?x <{sh}focusNode> ?focus ; <{sh}resultSeverity> ?severity }}"
    )
    assert isinstance(results, ox.QuerySolutions)
    ((focus, severity),) = [(str(row["focus"]), str(row["severity"])) for row in results]
    assert focus == f"<{finding['focus']}>"
    assert severity == f"<{sh}Violation>"


@pytest.mark.parametrize("text", ["", "<http://e/a> <http://e/p> 1 .\n"])
def test_nothing_to_check_is_not_valid(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.ttl"
    path.write_text(text, encoding="utf-8")
    done = run("validate", path, "--lang", "en")
    assert done.returncode == 2
    assert "Nothing was checked" in done.stdout
    assert json.loads(run("validate", path, "--format", "json").stdout)["state"] == "empty"


def test_a_shape_that_finds_nothing_is_named(portal: Path) -> None:
    shape = portal / "shapes" / "pillar.ttl"
    text = shape.read_text(encoding="utf-8")
    shape.write_text(text.replace("sh:targetClass pg:Pillar", "sh:targetClass <http://e/Pillar>"),
                     encoding="utf-8")  # fmt: skip
    done = run("validate", "--portal", portal, "--lang", "en")
    assert "shapes/pillar.ttl:" in done.stdout
    assert "This shape found nothing to check" in done.stdout
    assert "nothing to check" in done.stdout.split("pgsh:Pillar ")[1].splitlines()[0]


def test_only_the_named_file_is_reported_on(portal: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.ttl"
    draft.write_text(
        "@prefix pg: <https://w3id.org/policygraph/ns#> .\n"
        "<https://w3id.org/policygraph/id/policy/draft>\n  a pg:PolicyDocument ;\n.\n",
        encoding="utf-8",
    )
    done = run("validate", "--portal", portal, draft, "--lang", "en")
    assert done.returncode == 1
    assert f"{draft}:2:1: error: Add a title in Dutch" in done.stdout
    assert "nl-generative-ai-vision.ttl" not in done.stdout


def test_fmt_check_changes_nothing_and_fmt_mends(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("# kept\n<http://e/b> <http://e/p> 1 .\n<http://e/a> <http://e/p> 2 .\n",
                    encoding="utf-8")  # fmt: skip
    path.chmod(0o640)
    before = path.read_bytes()
    done = run("fmt", "--check", path)
    assert (done.returncode, path.read_bytes()) == (1, before)
    assert "run `policygraph fmt`" in done.stderr
    assert run("fmt", path).returncode == 0
    assert path.read_text(encoding="utf-8").startswith("# kept\n\n<http://e/a>")
    assert path.stat().st_mode & 0o777 == 0o640
    assert run("fmt", "--check", path).returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["a.ttl"]


def test_fmt_leaves_a_broken_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text('<http://e/b> <http://e/p> "open .\n', encoding="utf-8")
    done = run("fmt", path)
    assert done.returncode == 2
    assert f"{path}:1:" in done.stderr
    assert path.read_text(encoding="utf-8") == '<http://e/b> <http://e/p> "open .\n'


def test_a_query_from_standard_input_in_every_format() -> None:
    assert run("query", "-", stdin=COUNT).stdout.split() == ["n", "6"]
    assert run("query", "-", "--format", "csv", stdin=COUNT).stdout.split() == ["n", "6"]
    result = json.loads(run("query", "-", "--format", "json", stdin=COUNT).stdout)
    assert result["results"]["bindings"][0]["n"]["value"] == "6"
    graph = run("query", "-", "--format", "nt", stdin="CONSTRUCT { ?s a ?t } WHERE { ?s a ?t }")
    assert len(list(ox.parse(graph.stdout.encode(), format=ox.RdfFormat.N_TRIPLES))) > 300
    assert run("query", "-", stdin="ASK {}").stdout == "true\n"


def test_a_query_with_a_mistake_names_its_place() -> None:
    done = run("query", "-", stdin="SELECT ?s WHERE {\n  ?s pg:standing ?o\n}")
    assert done.returncode == 2
    assert "2:" in done.stderr
    assert "PREFIX pg: <https://w3id.org/policygraph/ns#>" in done.stderr


def test_a_query_file_is_utf8_with_or_without_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text('SELECT ("é" AS ?x) {}', encoding="utf-8-sig")
    assert run("query", file, "--format", "csv").stdout.split() == ["x", "é"]
    file.write_text('SELECT ("é" AS ?x) {}', encoding="latin-1")
    done = run("query", file)
    assert done.returncode == 2
    assert "is not UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_endless_query_is_stopped_and_a_service_is_refused(portal: Path) -> None:
    config = portal / "policygraph.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("query_seconds = 30", "query_seconds = 1"), encoding="utf-8")
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    done = run("query", "-", "--portal", portal, stdin=endless)
    assert done.returncode == 2
    assert "stopped after 1 s" in done.stderr
    done = run("query", "-", stdin="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert done.returncode == 2
    assert "http://127.0.0.1:9/" in done.stderr


def test_without_a_portal_here_the_shipped_one_is_used(tmp_path: Path) -> None:
    done = run("query", "-", stdin=COUNT, cwd=tmp_path)
    assert done.stdout.split() == ["n", "6"]


def test_every_error_of_ours_has_a_status_and_an_exit_code(sources: Sources) -> None:
    kinds: list[type[PolicygraphError]] = [PolicygraphError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert len(kinds) > 15
    for kind in kinds:
        assert 400 <= kind.status < 600
        assert kind.exit_code in (1, 2)
        assert kind.title
    assert sources.root.is_dir()


def test_a_diff_goes_to_stdout_and_differences_are_no_failure(tmp_path: Path) -> None:
    old, new = tmp_path / "old.ttl", tmp_path / "new.ttl"
    text = (
        "<http://x/id/policy/a> a <https://w3id.org/policygraph/ns#PolicyDocument> ; <http://x/p> "
    )
    old.write_text(text + '"one" .')
    new.write_text(text + '"two" .')
    done = run("diff", old, new)
    assert (done.returncode, done.stderr) == (0, "")
    assert "“one” -> “two”" in done.stdout
    done = run("diff", old, old, "--lang", "nl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Er is niets veranderd." in done.stdout

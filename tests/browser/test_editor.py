"""The query editor, used as a person uses it."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from policygraph.namespaces import DCT, SH
from policygraph.terms import Literal
from tests.served.conftest import serving

from .conftest import Open
from .test_pages import violations

XSD = "http://www.w3.org/2001/XMLSchema#"
PG = "https://w3id.org/policygraph/ns#"
POLICIES = f"""PREFIX pg: <{PG}>
SELECT ?policy (COUNT(?action) AS ?actions) WHERE {{
  ?policy a pg:PolicyDocument ; pg:hasActionPoint ?action
}} GROUP BY ?policy ORDER BY ?policy"""
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def leave(page: Page, path: str) -> None:
    """Go to another page, once this one has all that it loads."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.goto(path)


def asked(server: str, query: str) -> list[dict[str, str]]:
    """The rows of a query, as any other client gets them."""
    answer = httpx.get(server + "/sparql", params={"query": query, "format": "csv"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def write(page: Page, text: str) -> None:
    """Replace the query, at once."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def text_of(page: Page) -> str:
    return page.locator("textarea#query").input_value()


def stopped(server: str) -> float:
    """How many evaluations were given up because their client hung up."""
    found = re.search(
        r'^policygraph_queries_stopped_total\{reason="cancel"\} (\S+)$',
        httpx.get(server + "/metrics").text,
        re.MULTILINE,
    )
    return float(found[1]) if found else 0.0


def test_a_query_is_typed_completed_and_run(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, "")
    page.keyboard.type("SELECT ?policy ?action WHERE {\n?policy a policy")
    option = page.locator(".cm-tooltip-autocomplete li", has_text="pg:PolicyDocument")
    expect(option).to_contain_text("policy document")
    option.click()
    assert text_of(page).startswith(f"PREFIX pg: <{PG}>\n")
    page.keyboard.type(" ; hasAct")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("pg:hasActionPoint")
    page.wait_for_timeout(150)  # a list that has just come up takes no Enter
    page.keyboard.press("Enter")
    page.keyboard.type(" ?action")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".output h2")).to_contain_text("rows")
    rows = asked(server, text_of(page))
    assert len(rows) > 100
    expect(page.locator(".output .count").first).to_have_text(f"{len(rows):,} rows")
    expect(page.locator(".page-of")).to_contain_text(f"1 to 100 of {len(rows):,}")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".page-of")).to_contain_text("101 to 200")


def test_every_key_writes_what_it_says(open_page: Open) -> None:
    """Also the one that leads to the search everywhere else on a page."""
    page, _ = open_page("/sparql?lang=en")
    write(page, "")
    typed = "PREFIX pg: <http://x/#> ASK { ?s ^pg:a/pg:b|pg:c ?o }"
    page.keyboard.type(typed.replace("}", ""))  # what closes comes by itself
    assert text_of(page).split() == typed.split()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()


def test_a_thing_is_found_by_its_name(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, "")
    page.keyboard.type("SELECT * WHERE {\n?action <x:y> sandbox")
    option = page.locator(".cm-tooltip-autocomplete li", has_text="instrument:regulatory-sandbox")
    option.first.click()
    assert "PREFIX instrument: <https://w3id.org/policygraph/id/instrument/>" in text_of(page)


def test_an_error_is_shown_at_its_place_and_mended(open_page: Open) -> None:
    page, watch = open_page("/sparql?lang=en")
    watch.refusals = {400}
    write(page, "SELECT ?c WHERE {\n  ?c a skos:Concept }")
    page.keyboard.press("Control+Enter")
    problem = page.locator(".output .problem")
    expect(problem).to_contain_text("Line 2, column")
    expect(problem).to_contain_text("skos: is not declared")
    expect(page.locator(".cm-lintRange-error")).to_have_text("skos:Concept")
    page.wait_for_timeout(1500)
    expect(page.locator(".cm-lintRange-error")).to_have_text("skos:Concept")
    problem.get_by_role("button", name="Add PREFIX skos:").click()
    expect(page.locator(".output table")).to_be_visible()
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    assert text_of(page).startswith("PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n")


def test_a_misspelt_prefix_is_underlined_before_anything_is_asked(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, "SELECT * WHERE { ?s a sksos:Concept }")
    expect(page.locator(".cm-lintRange-warning")).to_have_text("sksos:Concept")
    page.locator(".cm-lintRange-warning").hover()
    page.locator(".cm-diagnosticAction", has_text="Did you mean skos: ?").click()
    assert "?s a skos:Concept" in text_of(page)


def test_stop_ends_the_work_of_the_server(open_page: Open, server: str) -> None:
    page, watch = open_page("/sparql?lang=en&query=" + quote(POLICIES))
    expect(page.locator(".output tbody tr").first).to_be_visible()
    watch.stops = True
    before = stopped(server)
    write(page, RUNAWAY)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".clock")).to_contain_text("Running")
    page.wait_for_timeout(800)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".status")).to_contain_text("Stopped after")
    expect(page.locator(".output")).to_have_text(re.compile("Stopped after"))
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    deadline = time.monotonic() + 10
    while stopped(server) == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert stopped(server) == before + 1


def test_columns_sort_and_the_answer_is_searched(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en&query=" + quote(POLICIES))
    rows = asked(server, POLICIES)
    most = max(rows, key=lambda row: int(row["actions"]))
    header = page.get_by_role("columnheader", name="actions")
    header.get_by_role("button").click()
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    first = page.locator(".output tbody tr").first
    expect(first.locator("td").last).to_have_text(most["actions"])
    path = most["policy"].removeprefix("https://w3id.org/policygraph/id/")
    expect(first.locator("a")).to_have_attribute("href", f"/doc/{path}?lang=en")
    page.get_by_role("searchbox", name="Find in the answer").fill("unesco")
    expect(page.locator(".output tbody tr")).to_have_count(1)


def test_a_chart_shows_what_the_table_says(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en&query=" + quote(POLICIES))
    page.get_by_role("tab", name="Chart").click()
    expect(page.get_by_role("img", name="actions by policy")).to_be_visible()
    rows = asked(server, POLICIES)
    expect(page.locator(".chart-bar")).to_have_count(len(rows))
    widths = [float(bar.get_attribute("width") or 0) for bar in page.locator(".chart-bar").all()]
    numbers = [int(row["actions"]) for row in rows]
    assert widths.index(max(widths)) == numbers.index(max(numbers))
    page.get_by_label("Kind").select_option("line")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG").click()
    assert saved.value.suggested_filename == "policygraph.svg"


def test_a_chart_has_its_bars_in_sight_on_a_phone(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=fr&query=" + quote(POLICIES), width=390)
    page.locator("#view-chart").click()
    expect(page.locator(".chart-bar").first).to_be_attached()
    ends = page.locator(".chart-bar").evaluate_all(
        "bars => bars.map(bar => bar.getBoundingClientRect().right)"
    )
    assert max(ends) < 390


def test_links_between_things_are_drawn_and_listed(open_page: Open) -> None:
    query = f"""PREFIX pg: <{PG}>
CONSTRUCT {{ ?a pg:cites ?b }} WHERE {{ ?a pg:cites ?b . ?b a pg:PolicyDocument }}"""
    page, _ = open_page("/sparql?lang=en&query=" + quote(query))
    page.get_by_role("tab", name="Table").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Graph")).to_have_attribute("aria-selected", "true")
    node = page.locator("a.node").first
    node.focus()
    expect(node).to_have_class(re.compile("near"))
    assert (node.get_attribute("href") or "").startswith("/doc/")
    page.locator(".graph-list summary").click()
    expect(page.locator(".graph-list li").first).to_contain_text("cites")
    page.get_by_role("tab", name="Raw").click()
    expect(page.locator(".views pre")).to_contain_text("pg:cites")


def test_the_whole_answer_is_downloaded(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en&query=" + quote(POLICIES))
    with page.expect_download() as saved:
        page.locator(".output .formats a", has_text="CSV").click()
    content = saved.value.path().read_text(encoding="utf-8")
    assert list(csv.DictReader(io.StringIO(content))) == asked(server, POLICIES)
    offered = {"JSON": "+json", "XML": "+xml", "CSV": "/csv", "TSV": "/tab-separated-values"}
    assert page.locator(".output .formats a").all_inner_texts() == list(offered)
    for link, media_type in zip(
        page.locator(".output .formats a").all(), offered.values(), strict=True
    ):
        answer = httpx.get(server + (link.get_attribute("href") or ""))
        assert answer.status_code == 200
        assert media_type in answer.headers["content-type"]


def test_an_address_brings_the_query_and_its_answer_back(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, POLICIES)
    page.keyboard.press("Control+Enter")
    count = f"{len(asked(server, POLICIES))} rows"
    expect(page.locator(".output .count").first).to_have_text(count)
    page.locator(".share summary").click()
    address = page.get_by_label("Address of this query").first.input_value()
    assert address == page.url
    pinned = page.get_by_label("Address of this query to this release").input_value()
    assert "/releases/" in pinned
    write(page, "ASK { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".output .boolean")).to_have_text("Yes")
    page.go_back()
    expect(page.locator(".output .count").first).to_have_text(count)
    for place in (address, pinned):
        page.goto(place)
        assert text_of(page) == POLICIES
        expect(page.locator(".output .count").first).to_have_text(count)
    first = page.locator(".output tbody a").first.get_attribute("href") or ""
    assert first.startswith("/releases/")


def test_a_release_that_is_gone_leads_to_the_same_question_today(open_page: Open) -> None:
    page, watch = open_page("/releases")
    watch.refusals = {404}
    leave(page, "/releases/0123456789abcdef/sparql?lang=en&query=" + quote(POLICIES))
    expect(page.get_by_role("link", name="The same in the current release")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="The same in the current release").click()
    expect(page.locator(".output table")).to_be_visible()
    assert text_of(page) == POLICIES
    assert urlsplit(page.url).path == "/sparql"


def open_example(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="Find an example").fill(words)
    page.locator("button.example").first.click()
    expect(page.locator(".parameters legend")).to_be_visible()


def test_an_example_is_filled_in_as_its_page_fills_it_in(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en")
    open_example(page, "who uses an instrument")
    field = page.locator("select[data-name=instrument]")
    expect(field).to_have_value("regulatory-sandbox")
    field.select_option("procurement")
    page.get_by_label("language of the labels").select_option("nl")
    query = text_of(page)
    page.get_by_role("button", name="Run").click()
    values = {"instrument": "procurement", "language": "nl"}
    same = httpx.get(server + "/queries/actions-by-instrument.csv", params=values, timeout=60)
    rows = list(csv.DictReader(io.StringIO(same.text)))
    assert rows
    assert asked(server, query) == rows
    expect(page.locator(".output .count").first).to_have_text(f"{len(rows)} rows")


def test_a_form_fills_what_is_left_of_its_example(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    open_example(page, "who uses an instrument")
    field = page.locator("select[data-name=instrument]")
    expect(field).to_have_value("regulatory-sandbox")
    before = text_of(page)
    field.select_option("procurement")
    assert text_of(page) == before.replace("regulatory-sandbox", "procurement")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# <https://w3id.org/policygraph/id/instrument/procurement>\n")
    field.select_option("regulatory-sandbox")
    assert text_of(page).endswith("\n" + before)
    assert text_of(page).startswith("# <https://w3id.org/policygraph/id/instrument/procurement>\n")
    page.locator(".cm-place").first.click()
    page.keyboard.insert_text("x")
    expect(field).to_be_disabled()
    write(page, "ASK {}")
    expect(page.locator(".parameters")).to_have_count(0)


KINDS = {"text": '"a"', "n": "1", "day": f'"2024-01-01"^^<{XSD}date>', "thing": f"<{PG}theme>"}
ALL_KINDS = f"""SELECT ?x ?y WHERE {{
  VALUES (?x ?y) {{ ("a" {KINDS["n"]}) ({KINDS["day"]} {KINDS["thing"]}) ('a' '1') }} # "a" 1
}}"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of somebody's dump, with a saved query that takes values of each kind."""
    query = "https://w3id.org/policygraph/queries/kinds"
    parameters = "".join(
        f"<{query}> <{SH.parameter}> <{query}#{name}> . <{query}#{name}> a <{SH.Parameter}> ;"
        f" <{DCT.identifier}> '{name}' ; <{SH.name}> 'the {name}'@en ;"
        f" <{SH.description}> {Literal(term)} .\n"
        for name, term in KINDS.items()
    )
    dump = tmp_path_factory.mktemp("kinds") / "kinds.trig"
    dump.write_text(
        f"<https://w3id.org/policygraph/graph/queries> {{ <{query}> a <{SH.SPARQLExecutable}> ;"
        f" <{SH.select}> {Literal(ALL_KINDS)} .\n{parameters}}}"
    )
    with serving("--dump", dump) as address:
        yield address


@pytest.mark.parametrize(
    "text", ["a", 'say "hi"', "back\\slash\\", "$text {?x} <b> # c", "1", "tab\t, 日本 😀 é"]
)
def test_values_of_every_kind_stay_what_they_are(open_page: Open, kinds: str, text: str) -> None:
    page, watch = open_page(kinds + "/sparql?lang=en")
    watch.host = urlsplit(kinds).netloc
    watch.found.clear()
    open_example(page, "kinds")
    values = {"text": text, "n": "-7", "day": "1999-12-31", "thing": "https://example.org/é"}
    for name, value in values.items():
        page.get_by_label(f"the {name}").fill(value)
        page.get_by_label(f"the {name}").blur()
    expect(page.locator("textarea#query")).to_have_value(re.compile("example.org/é"))
    same = httpx.get(kinds + "/queries/kinds.json", params=values)
    mine = httpx.get(kinds + "/sparql", params={"query": text_of(page), "format": "json"})
    rows = mine.json()["results"]["bindings"]
    assert rows == same.json()["results"]["bindings"]
    assert [row["x"]["value"] for row in rows] == [text, "1999-12-31", "a"]
    assert [row["y"]["value"] for row in rows] == ["-7", "https://example.org/é", "1"]
    page.get_by_label("the n").fill("many")
    page.get_by_label("the n").blur()
    assert page.get_by_label("the n").evaluate("e => e.validationMessage") == (
        "Fill in a whole number."
    )
    assert "-7" in text_of(page)


NASTY = r"""# naïve “quotes” 'single' "double" `back` $HOME ${x} $(date) \ %s {braces} 日本 😀
SELECT ?x ?y WHERE {
  VALUES (?x ?y) {
    ("it's \"quoted\" \\ \n $HOME ${x} `id` 日本 é 😀" 1)
    ('''triple "'" %PATH% {0} #''' UNDEF)
  }
}"""
VALUES = ['it\'s "quoted" \\ \n $HOME ${x} `id` 日本 é 😀', 'triple "\'" %PATH% {0} #']


def program(page: Page, language: str) -> str:
    """The same query as a program, as the page gives it."""
    if not page.locator(".share").evaluate("e => e.open"):
        page.locator(".share summary").click()
    page.get_by_label("As a program").select_option(language)
    return page.locator(".share pre").text_content() or ""


def ran(folder: Path, name: str, command: list[str], code: str) -> str:
    """What a program prints."""
    file = folder / name
    file.write_text(code, encoding="utf-8")
    done = subprocess.run([*command, file], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_programs_ask_the_same(open_page: Open, tmp_path: Path) -> None:
    page, _ = open_page("/sparql?lang=en&query=" + quote(NASTY))
    expect(page.locator(".output .count").first).to_have_text("2 rows")
    printed = ran(tmp_path, "ask.sh", ["sh"], program(page, "curl"))
    rows = list(csv.DictReader(io.StringIO(printed, newline="")))
    assert [row["x"] for row in rows] == VALUES
    assert [row["y"] for row in rows] == ["1", ""]
    code = program(page, "python") + "print(ascii(rows['x'].tolist()), rows['y'].sum())"
    printed = ran(tmp_path, "ask.py", [sys.executable], code)
    assert printed.splitlines()[-1] == f"{VALUES!a} 1.0"
    code = program(page, "javascript") + "console.log(JSON.stringify(rows));"
    printed = ran(tmp_path, "ask.mjs", ["node"], code)
    first, second = json.loads(printed.splitlines()[-1])
    assert (first, second) == ({"x": VALUES[0], "y": "1"}, {"x": VALUES[1]})


def test_programs_fit_the_form_of_the_query(open_page: Open, tmp_path: Path) -> None:
    page, _ = open_page("/sparql?lang=en&query=" + quote("ASK { ?s ?p ?o }"))
    expect(page.locator(".output .boolean")).to_be_visible()
    assert ran(tmp_path, "ask.py", [sys.executable], program(page, "python")) == "True\n"
    assert ran(tmp_path, "ask.mjs", ["node"], program(page, "javascript")) == "true\n"
    one = f"DESCRIBE <{PG}theme>"
    leave(page, "/sparql?lang=en&query=" + quote(one))
    expect(page.locator(".output table")).to_be_visible()
    assert int(ran(tmp_path, "ask.py", [sys.executable], program(page, "python"))) > 2
    assert json.loads(ran(tmp_path, "ask.mjs", ["node"], program(page, "javascript")))
    assert "theme" in ran(tmp_path, "ask.sh", ["sh"], program(page, "curl"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_the_editor_shows_can_be_read_by_everybody(open_page: Open, scheme: str) -> None:
    """What opens while one works; answers and errors are looked at with the other pages."""
    page, watch = open_page("/sparql?lang=en", color_scheme=scheme)
    watch.stops, watch.refusals = True, {503}
    expect(page.locator("button.example").first).to_be_attached()
    write(page, "")
    page.keyboard.type("SELECT * { ?s a pol")
    expect(page.locator(".cm-tooltip-autocomplete")).to_be_visible()
    found = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    expect(page.locator(".cm-panel")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    write(page, f"PREFIX pg: <{PG}>\nSELECT * {{ ?s pg:hasActonPoint ?o }}")
    page.locator(".cm-lintRange-warning").hover()
    expect(page.locator(".cm-diagnosticAction").first).to_be_visible()
    found += violations(page)
    write(page, RUNAWAY)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".clock")).to_contain_text("Running")
    page.locator(".recent summary").click()
    found += violations(page)
    # Where looking took longer than a query may, there is nothing to stop any more.
    page.evaluate("document.querySelector('.stop').click()")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    open_example(page, "who uses an instrument")
    expect(page.locator(".output table")).to_be_visible()
    found += violations(page)
    assert found == []


def test_who_listens_hears_how_it_went(open_page: Open) -> None:
    page, watch = open_page("/sparql?lang=en")
    watch.refusals, watch.stops = {400}, True
    page.evaluate(
        """() => {
          window.heard = [];
          const listen = ({addedNodes}) => addedNodes.forEach(node => {
            const live = node.parentElement?.closest('[role=status], [role=alert]') ??
              (node.matches?.('[role=alert]') ? node : node.querySelector?.('[role=alert]'));
            if (live?.textContent) window.heard.push(live.textContent);
          });
          new MutationObserver(changes => changes.forEach(listen))
            .observe(document.body, {childList: true, subtree: true, characterData: true});
        }"""
    )
    write(page, "ASK { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".boolean")).to_be_visible()
    expect(page.get_by_role("textbox", name="SPARQL query")).to_be_focused()
    write(page, "SELECT * {\n ?s }")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".problem")).to_be_visible()
    write(page, RUNAWAY)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    heard = page.evaluate("window.heard")
    assert [re.sub(r"[\d.]+ s", "N s", text)[:20] for text in heard] == [
        "Running", "N s", "Running", "Syntax errorLine 2, ", "Running", "Stopped after N s; t",
    ]  # fmt: skip


def test_what_was_asked_is_found_again_and_forgotten(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, "# is there anything\nASK { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".boolean")).to_be_visible()
    write(page, POLICIES)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".output table")).to_be_visible()
    leave(page, "/sparql?lang=en")
    page.get_by_text("Asked last").click()
    expect(page.locator(".recent .count")).to_have_text("2")
    page.get_by_role("button", name="is there anything").click()
    expect(page.locator(".boolean")).to_be_visible()
    assert text_of(page) == "# is there anything\nASK { ?s ?p ?o }"
    page.get_by_role("button", name="Forget these").click()
    expect(page.locator(".recent")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0


def test_a_term_that_the_graph_does_not_use_is_told_with_what_was_meant(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, f"PREFIX pg: <{PG}>\nSELECT * WHERE {{ ?s pg:hasActonPoint ?o }}")
    expect(page.locator(".cm-lintRange-warning")).to_have_text("pg:hasActonPoint")
    page.locator(".cm-lintRange-warning").hover()
    page.locator(".cm-diagnosticAction", has_text="pg:hasActionPoint").or_(
        page.locator(".cm-diagnosticAction", has_text="hasActionPoint")
    ).first.click()
    assert "?s pg:hasActionPoint ?o" in text_of(page)
    expect(page.locator(".cm-lintRange-warning")).to_have_count(0)


def test_a_query_is_laid_out_and_its_form_still_fills_it(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, f"PREFIX pg: <{PG}> SELECT * WHERE {{?s a pg:Pillar; pg:order ?n. ?s ?p ?o}}")
    page.get_by_role("button", name="Lay out").click()
    assert text_of(page) == (
        f"PREFIX pg: <{PG}>\n\nSELECT *\nWHERE {{\n  ?s a pg:Pillar;\n    pg:order ?n.\n"
        "  ?s ?p ?o\n}\n"
    )
    expect(page.get_by_role("textbox", name="SPARQL query")).to_be_focused()
    open_example(page, "who uses an instrument")
    page.get_by_role("button", name="Lay out").click()
    field = page.locator("select[data-name=instrument]")
    expect(field).to_have_value("regulatory-sandbox")
    field.select_option("procurement")
    assert "instrument/procurement>" in text_of(page)


def test_lines_become_comments_and_undo_goes_back_over_everything(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    first = text_of(page)
    write(page, "SELECT *\n{ ?s ?p ?o }")
    page.keyboard.press("Control+/")
    assert text_of(page) == "SELECT *\n# { ?s ?p ?o }"
    page.keyboard.press("Control+/")
    assert text_of(page) == "SELECT *\n{ ?s ?p ?o }"
    open_example(page, "who uses an instrument")
    page.locator(".cm-content").click()
    for _ in range(10):
        page.keyboard.press("Control+z")
    assert text_of(page) == first


def test_long_answers_are_turned_over_sorted_and_searched(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    write(page, "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 20000")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".page-of")).to_have_text("Rows 1 to 100 of 20,000")
    page.get_by_role("columnheader", name="o").get_by_role("button").click()
    first = page.locator(".output tbody tr").first
    before = first.inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".page-of")).to_have_text("Rows 101 to 200 of 20,000")
    expect(first).not_to_have_text(before)
    page.get_by_role("button", name="Previous").press("Enter")
    expect(first).to_have_text(re.compile(re.escape(before.split()[0])))
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.get_by_role("searchbox", name="Find in the answer").fill("sandbox")
    expect(page.locator(".page-of")).to_contain_text(re.compile(r"of \d{1,4}\b"))


def test_the_keyboard_leaves_the_editor(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    page.locator(".cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()


@pytest.mark.parametrize(
    ("language", "run"), [("nl", "Voer uit"), ("en", "Run"), ("fr", "Exécuter")]
)
def test_phones_and_languages(open_page: Open, language: str, run: str) -> None:
    page, _ = open_page(
        f"/sparql?lang={language}&query=" + quote(POLICIES), width=390, color_scheme="dark"
    )
    expect(page.get_by_role("button", name=run)).to_be_visible()
    expect(page.locator(".output tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_form_asks(open_page: Open, server: str) -> None:
    page, _ = open_page("/sparql?lang=en", java_script_enabled=False)
    page.locator("textarea#query").fill(POLICIES)
    page.get_by_role("button", name="Run").click()
    expect(page.locator("table tbody tr")).to_have_count(len(asked(server, POLICIES)))
    assert "lang=en" in page.url


def test_the_editor_is_light_enough(open_page: Open) -> None:
    page, _ = open_page("/sparql?lang=en")
    expect(page.locator("button.example").first).to_be_attached()
    sizes = page.evaluate(
        "['resource', 'navigation'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(entry => entry.transferSize)"
    )
    assert len(sizes) > 4
    assert sum(sizes) < 500_000

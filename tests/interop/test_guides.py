"""The commands and configurations that the guides show are run as they stand, with other ports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from policygraph.queries import find, read_catalogue
from policygraph.release import Release
from policygraph.sources import find_portal
from tests.conftest import REPOSITORY
from tests.docs.test_docs import fenced
from tests.interop.programs import node, program
from tests.interop.servers import Virtuoso, free_port, running

LOCAL = "http://127.0.0.1:8000"
W3ID = REPOSITORY / "w3id"
GUIDES = {name: REPOSITORY / "docs" / f"{name}.md" for name in ("federation", "operator", "portal")}
VISION = "id/policy/nl-generative-ai-vision"


def run(script: str, folder: Path) -> str:
    """What a script of a guide prints, with the programs of the environment."""
    programs = os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, env={**os.environ, "PATH": programs}, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def npx(folder: Path) -> None:
    """Put an npx into a folder that finds Comunica where `make interop` has installed it."""
    command = " ".join(node("@comunica/query-sparql", "bin/query.js"))
    script = folder / "npx"
    script.write_text(f'#!/bin/sh\n[ "$1" = comunica-sparql ] && shift && exec {command} "$@"\n')
    script.chmod(0o755)


def test_the_commands_of_the_guide_to_federation_run(ours: str, tmp_path: Path) -> None:
    npx(tmp_path)
    sources = find_portal(REPOSITORY)
    # A question that calls nobody: who answers the others is tried elsewhere.
    query = find(read_catalogue(sources), "policies").bind({}, sources.portal.base)
    (tmp_path / "question.rq").write_text(query, encoding="utf-8")
    install, join, whole, describe = fenced(GUIDES["federation"], "sh")
    assert install == "npm install @comunica/query-sparql\n"
    said = run(join.replace(LOCAL, ours), tmp_path)
    assert {"http://metadata.un.org/sdg/3", "http://metadata.un.org/sdg/10"} <= set(
        re.findall(r"http://metadata\.un\.org/sdg/\d+", said)
    )
    assert VISION in run(whole.replace(LOCAL, ours), tmp_path)
    assert "sd:endpoint" in run(describe.replace(LOCAL, ours), tmp_path)


def test_the_commands_of_the_guide_for_portals_run(ours: str, tmp_path: Path) -> None:
    for script in fenced(GUIDES["portal"], "sh"):
        assert run(script.replace(LOCAL, ours), tmp_path)


def test_the_statements_of_the_guides_run_in_virtuoso(ours: str, virtuoso: Virtuoso) -> None:
    dump = httpx.get(f"{ours}/download/policygraph.nq.gz").raise_for_status().content
    (virtuoso.folder / "policygraph.nq.gz").write_bytes(dump)
    for guide in ("federation", "portal"):
        (script,) = fenced(GUIDES[guide], "sql")
        virtuoso.isql(script)


@contextmanager
def proxied(kind: str, ours: str, folder: Path) -> Iterator[str]:
    """The address of nginx or Caddy with the configuration that the guide for operators shows."""
    port = free_port()
    language = {"nginx": "nginx", "caddy": "caddyfile"}[kind]
    block = next(block for block in fenced(GUIDES["operator"], language) if LOCAL[7:] in block)
    config = block.replace(LOCAL[7:], ours.removeprefix("http://"))
    if kind == "nginx":
        # Its workers write into the folder of the test.
        owner = "user root;" if os.geteuid() == 0 else ""
        config = config.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
        config = (
            f"{owner} daemon off; pid nginx.pid; error_log stderr; events {{}}\n"
            f"http {{ access_log off; {''.join(TEMPORARY)}\n{config}}}\n"
        )
        command = [program("nginx"), "-p", str(folder), "-c", "proxy.conf"]
    else:
        config = "{\n  admin off\n}\n" + config.replace(
            "policygraph.example {", f"http://policygraph.example:{port} {{"
        )
        command = [program("caddy"), "run", "--config", "proxy.conf", "--adapter", "caddyfile"]
    (folder / "proxy.conf").write_text(config, encoding="utf-8")
    headers = {"Host": "policygraph.example"}
    address = f"http://127.0.0.1:{port}"
    ready = lambda: httpx.get(f"{address}/health", headers=headers).status_code == 200  # noqa: E731
    with running(command, folder, ready):
        yield address


TEMPORARY = [
    f"{what}_temp_path {what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
]


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_the_server_stands_behind_a_proxy(ours: str, tmp_path: Path, kind: str) -> None:
    with (
        proxied(kind, ours, tmp_path) as address,
        httpx.Client(base_url=address, headers={"Host": "policygraph.example"}) as client,
    ):
        # The service description names the endpoint as the client knows it.
        described = client.get("/sparql", headers={"Accept": "text/turtle"}).text
        assert "<http://policygraph.example/sparql>" in described
        # A redirect stays where the client is.
        moved = client.get(f"/{VISION}", headers={"Accept": "text/turtle"})
        assert moved.status_code == 303
        assert "127.0.0.1" not in moved.headers["location"]
        # Answers pass unchanged: conditional, in part, packed, long ones, and errors.
        query = {"query": "SELECT * { ?s ?p ?o }", "format": "tsv"}
        first = client.get("/sparql", params=query, timeout=60)
        assert first.content == httpx.get(f"{ours}/sparql", params=query, timeout=60).content
        again = client.get(
            "/sparql", params=query, headers={"If-None-Match": first.headers["etag"]}
        )
        assert again.status_code == 304
        part = client.get("/download/policygraph.nq", headers={"Range": "bytes=10-19"})
        assert (part.status_code, len(part.content)) == (206, 10)
        broken = client.get("/sparql", params={"query": "SELECT"})
        assert (broken.status_code, broken.json()["line"]) == (400, 1)
        # A query as long as may be gets through.
        long = "ASK {} #" + "x" * (1000 << 10)
        assert client.post("/sparql", data={"query": long}).status_code == 200


# The redirect of the address of the graph

APACHE = """\
ServerName localhost
ServerRoot "{root}"
PidFile {root}/pid
Listen 127.0.0.1:{port}
ErrorLog /dev/stderr
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule rewrite_module {modules}/mod_rewrite.so
DocumentRoot "{root}/www"
<Directory "{root}/www">
  AllowOverride All
  Require all granted
</Directory>
"""


@pytest.fixture(scope="module")
def apache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Apache with the folder of the redirect, as w3id.org has it."""
    root = tmp_path_factory.mktemp("apache")
    served = root / "www" / "policygraph"
    served.mkdir(parents=True)
    (served / ".htaccess").write_bytes((W3ID / ".htaccess").read_bytes())
    root.chmod(0o755)
    (root / "www").chmod(0o755)
    port = free_port()
    text = APACHE.format(root=root, port=port, modules="/usr/lib/apache2/modules")
    (root / "apache.conf").write_text(text, encoding="utf-8")
    command = [program("apache2"), "-DFOREGROUND", "-f", str(root / "apache.conf")]
    address = f"http://127.0.0.1:{port}/policygraph"
    with running(command, root, lambda: httpx.get(f"{address}/ns").status_code == 302):
        yield address


@pytest.mark.parametrize(
    ("path", "status", "to"),
    [
        (VISION, 303, VISION),
        ("graph/stakeholders", 303, "graph/stakeholders"),
        (f"{VISION}/action/1.1", 303, f"{VISION}/action/1.1"),
        ("ns", 302, "ns"),
        ("ns.ttl", 302, "ns.ttl"),
        ("shapes", 302, "shapes"),
        ("sparql?query=ASK%20%7B%7D&format=json", 302, "sparql?query=ASK%20%7B%7D&format=json"),
        ("download/policygraph.nq.gz", 302, "download/policygraph.nq.gz"),
        ("context.jsonld", 302, "context.jsonld"),
        ("", 302, ""),
    ],
)
def test_the_address_of_the_graph_leads_to_the_server(
    apache: str, path: str, status: int, to: str
) -> None:
    for accept in ("text/turtle", "text/html"):
        answer = httpx.get(f"{apache}/{path}", headers={"Accept": accept})
        assert answer.status_code == status
        assert answer.headers["location"] == f"https://policygraph.example/{to}"


def test_where_it_leads_to_is_served(release: Release, apache: str, ours: str) -> None:
    """From the address of a thing to its description, as a client goes: two redirects."""
    target = f"{release.portal.base}{VISION}".replace("https://w3id.org/policygraph", apache)
    first = httpx.get(target).headers["location"].replace("https://policygraph.example", ours)
    answer = httpx.get(first, headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert answer.headers["content-type"].startswith("text/turtle")
    assert VISION.rpartition("/")[2] in answer.text

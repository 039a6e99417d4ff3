from __future__ import annotations

import gzip
import hashlib

import pytest

from policygraph.release import Release

from .conftest import BROWSER, Client

DATE = "Tue, 24 Nov 2026 00:00:00 GMT"


def test_every_file_arrives_as_it_is(client: Client, release: Release) -> None:
    for name, file in release.files.items():
        response = client.get(f"/download/{name}", accept_encoding="gzip")
        assert response.status_code == 200
        assert hashlib.sha256(response.content).hexdigest() == file.sha256
        assert response.headers["content-type"].partition(";")[0] == file.media_type
        assert "content-encoding" not in response.headers
        assert response.headers["etag"] == f'"{file.sha256}"'
        assert response.headers["last-modified"] == DATE
        assert response.headers["accept-ranges"] == "bytes"
        assert name.rpartition("/")[2] in response.headers["content-disposition"]
        assert response.headers["access-control-allow-origin"] == "*"


def test_gz_holds_the_same(client: Client) -> None:
    plain = client.get("/download/policygraph.nq").content
    assert gzip.decompress(client.get("/download/policygraph.nq.gz").content) == plain


def test_head(client: Client, release: Release) -> None:
    response = client.request("HEAD", "/download/policygraph.nq")
    assert response.content == b""
    assert int(response.headers["content-length"]) == release.files["policygraph.nq"].size


def test_range(client: Client, release: Release) -> None:
    whole = release.file("policygraph.nq").read_bytes()
    for header, part in (("bytes=5-9", whole[5:10]), ("bytes=-4", whole[-4:])):
        response = client.get("/download/policygraph.nq", range=header)
        assert response.status_code == 206
        assert response.content == part
    assert (
        response.headers["content-range"] == f"bytes {len(whole) - 4}-{len(whole) - 1}/{len(whole)}"
    )
    beyond = client.get("/download/policygraph.nq", range=f"bytes={len(whole)}-")
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    stale = client.get("/download/policygraph.nq", range="bytes=0-1", if_range='"other"')
    assert stale.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": "TAG"}, 304),
        ({"if_none_match": 'W/TAG, "x"'}, 304),
        ({"if_none_match": '"x"', "if_modified_since": DATE}, 200),
        ({"if_modified_since": DATE}, 304),
        ({"if_modified_since": "Wed, 25 Nov 2026 00:00:00 GMT"}, 304),
        ({"if_modified_since": "Mon, 23 Nov 2026 00:00:00 GMT"}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        ({"if_modified_since": "Wed, 25 Nov 2026 00:00:00"}, 200),
    ],
)
def test_conditions(client: Client, release: Release, headers: dict[str, str], status: int) -> None:
    tag = f'"{release.files["vision.ttl"].sha256}"'
    sent = {name: value.replace("TAG", tag) for name, value in headers.items()}
    response = client.get("/download/vision.ttl", None, **sent)
    assert response.status_code == status
    assert bool(response.content) is (status == 200)


@pytest.mark.parametrize(
    "name", ["none.ttl", "../manifest.json", "..%2Fmanifest.json", "%00", "tables", "tables/"]
)
def test_nothing_else_is_served(client: Client, name: str) -> None:
    assert client.get(f"/download/{name}").status_code == 404


def test_page_and_manifest(client: Client, release: Release) -> None:
    page = client.get("/download/", BROWSER)
    manifest = client.get("/download/manifest.json").json()
    assert manifest["hash"] == release.hash
    assert {file["name"] for file in manifest["files"]} == set(release.files)
    for name, file in release.files.items():
        assert f'href="/download/{name}"' in page.text
        if not name.endswith(".gz"):
            assert file.sha256 in page.text
    assert client.get("/download").headers["location"] == "/download/"

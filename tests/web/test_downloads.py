from __future__ import annotations

import gzip
import hashlib
from email import message_from_bytes

import httpx
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


def test_several_ranges_come_in_parts(client: Client, release: Release) -> None:
    whole = release.file("policygraph.nq").read_bytes()
    response = client.get("/download/policygraph.nq", range="bytes=0-9,100-119")
    assert response.status_code == 206
    head = f"Content-Type: {response.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + response.content)
    parts = [part for part in message.walk() if not part.is_multipart()]
    assert [part.get_payload(decode=True) for part in parts] == [whole[:10], whole[100:120]]
    assert [part["Content-Range"] for part in parts] == [
        f"bytes 0-9/{len(whole)}",
        f"bytes 100-119/{len(whole)}",
    ]


@pytest.mark.parametrize("header", ["items=0-5", "bytes=", "bytes=all", "", "bytes"])
def test_what_is_no_range_of_bytes_is_ignored(
    client: Client, release: Release, header: str
) -> None:
    response = client.get("/download/policygraph.nq", range=header)
    assert response.status_code == 200
    assert response.content == release.file("policygraph.nq").read_bytes()


def test_a_range_means_nothing_to_head(client: Client, release: Release) -> None:
    response = client.request("HEAD", "/download/policygraph.nq", headers={"Range": "bytes=5-9"})
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == release.files["policygraph.nq"].size


@pytest.mark.parametrize("name", ["policygraph.nq", "policygraph.nq.gz"])
@pytest.mark.parametrize("known", ["etag", "last-modified"])
def test_a_download_that_broke_off_is_taken_up_again(
    server: str, release: Release, name: str, known: str
) -> None:
    address, whole = f"{server}/download/{name}", release.file(name).read_bytes()
    with httpx.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as response:
        first = next(response.iter_raw(1000))
    rest = {"Range": f"bytes={len(first)}-", "If-Range": response.headers[known]}
    resumed = httpx.get(address, headers=rest)
    assert resumed.status_code == 206
    assert resumed.headers["content-range"] == f"bytes {len(first)}-{len(whole) - 1}/{len(whole)}"
    assert resumed.headers["etag"] == response.headers["etag"]
    assert first + resumed.content == whole
    changed = httpx.get(address, headers=rest | {"If-Range": '"of another release"'})
    assert (changed.status_code, changed.content) == (200, whole)
    again = httpx.get(address, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == response.headers["etag"]
    assert again.headers["last-modified"] == DATE


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

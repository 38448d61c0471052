"""Conditional requests and kept pages: what has not changed costs nothing, and what changed is never served."""

import pytest
from cachetools import FIFOCache

from portal.database.orm import db
from portal.models import Catalogue, Project
from portal.search.fulltext import text_index
from portal.services.audit import recording
from tests.conftest import FRAGMENT
from tests.statements import sent
from tests.urls import LOST, SELECTIONS, fixed

pytestmark = pytest.mark.usefixtures("sample")

WANTED = "/projects/?country=KEN&country=UGA"


@pytest.fixture
def statements(session):
    """The statements that the database was asked, with their parameters, as they come."""
    with sent(db.engine.engine) as found:
        yield found


def looks_at_projects(statements):
    return [statement for statement, _ in statements if "FROM project" in statement]


def retitle(title):
    project = db.session.query(Project).filter_by(reference="LM.0024").one()
    project.title = title
    db.session.flush()
    text_index.repair(db.session(), [project.id])
    recording.record(db.session(), "changed", "project", project.id)
    Catalogue.touch(db.session(), [project.id])
    db.session.commit()


def test_every_public_page_has_a_strong_tag_and_no_cookie(app, client):
    for address in [*fixed(app), *SELECTIONS, "/projects/LM.0024", "/projects/LM.0024/history"]:
        answer = client.get(address)
        tag, is_weak = answer.get_etag()
        assert tag, address
        assert not is_weak, address
        assert "Set-Cookie" not in answer.headers, address
        assert answer.headers["Cache-Control"] == "public, no-cache", address


@pytest.mark.parametrize("packing", ["identity", "gzip", "br"])
def test_what_has_not_changed_is_answered_without_a_search(client, statements, packing):
    given = {"Accept-Encoding": packing}
    tag = client.get(WANTED, headers=given).headers["ETag"]
    statements.clear()
    again = client.get(WANTED, headers=given | {"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert looks_at_projects(statements) == []


def test_a_conditional_request_for_another_spelling_is_answered_without_a_search(client, statements):
    tag = client.get(WANTED).headers["ETag"]
    statements.clear()
    other = "/projects/?page=1&country=ug&q=&country=KEN&sort=newest"
    again = client.get(other, headers={"If-None-Match": f'"other", {tag}'})
    assert again.status_code == 304
    assert looks_at_projects(statements) == []


def test_a_kept_page_is_the_page(client, statements):
    first = client.get(WANTED)
    statements.clear()
    again = client.get(WANTED)
    assert again.data == first.data
    assert looks_at_projects(statements) == []
    assert dict(again.headers) | {"X-Request-Id": ""} == dict(first.headers) | {"X-Request-Id": ""}
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("address", "other"),
    [
        (WANTED, "/projects/?page=1&country=ug&q=&country=KEN&sort=newest"),
        ("/sitemap.xml", "/sitemap.xml?number=1"),
        ("/fr/who-we-are/", "/fr/who-we-are/?number=1"),
        ("/where-we-work/KEN", "/where-we-work/KEN?number=1"),
    ],
)
def test_a_kept_page_is_found_under_every_spelling_of_its_address(app, client, statements, address, other):
    cache = app.extensions["response_cache"]
    first = client.get(address)
    statements.clear()
    count = len(cache.entries)
    for again in (client.get(other), client.get(other)):
        assert again.data == first.data
        assert dict(again.headers) | {"X-Request-Id": ""} == dict(first.headers) | {"X-Request-Id": ""}
    head = client.head(f"{other}&another=1")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    assert looks_at_projects(statements) == []
    assert len(cache.entries) == count


def test_a_page_of_before_is_not_found_under_another_spelling(client):
    client.get("/projects/?q=quokka")
    retitle("Quokka census")
    assert "Quokka census" in client.get("/projects/?q=quokka&number=1").text


def test_a_kept_page_ends_with_its_snapshot(client):
    before = client.get("/projects/LM.0024")
    client.get("/projects/?q=quokka")
    retitle("Quokka census")
    after = client.get("/projects/LM.0024", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Quokka census" in after.text
    assert "Quokka census" in client.get("/projects/?q=quokka").text


def test_page_and_part_are_kept_apart(client):
    for _ in range(2):
        page, part = client.get(WANTED), client.get(WANTED, headers=FRAGMENT)
        assert page.text.startswith("<!doctype html>")
        assert not part.text.startswith("<!doctype html>")
        assert page.headers["ETag"] != part.headers["ETag"]
    back = client.get(WANTED, headers=FRAGMENT | {"HX-History-Restore-Request": "true"})
    assert back.text.startswith("<!doctype html>")


def test_packings_are_kept_apart(client):
    for _ in range(2):
        answers = {name: client.get(WANTED, headers={"Accept-Encoding": name}) for name in ("identity", "gzip", "br")}
        assert [answer.headers.get("Content-Encoding") for answer in answers.values()] == [None, "gzip", "br"]
        assert len({answer.headers["ETag"] for answer in answers.values()}) == 3


@pytest.mark.parametrize("address", [*LOST, "/projects/lm.0024"])
def test_what_is_no_page_is_not_kept(client, address):
    first, again = client.get(address), client.get(address)
    assert first.status_code == again.status_code != 200
    assert "ETag" not in again.headers


def test_head_of_a_kept_page_has_no_body(client):
    whole = client.get(WANTED)
    head = client.head(WANTED)
    assert head.data == b""
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(whole.data))


def test_what_was_not_understood_makes_another_page(client):
    plain, odd = client.get("/projects/"), client.get("/projects/?status=%00x&page=abc")
    assert plain.headers["ETag"] != odd.headers["ETag"]
    assert "not a plain whole number" in client.get("/projects/?status=%00x&page=abc").text
    assert "not a plain whole number" not in client.get("/projects/").text


def test_the_memory_for_pages_is_bounded(app, client, monkeypatch):
    cache = app.extensions["response_cache"]
    monkeypatch.setattr(cache, "max_bytes", 500_000)
    monkeypatch.setattr(cache, "entries", FIFOCache(cache.max_bytes, getsizeof=cache.entries.getsizeof))
    sizes = [len(client.get(f"/projects/?budget_min={number}").data) for number in range(12)]
    assert sum(sizes) > cache.max_bytes
    assert 0 < cache.entries.currsize <= cache.max_bytes
    assert cache.entries.currsize == sum(len(response.body) for response in cache.entries.values())


def test_a_page_larger_than_the_memory_for_pages_is_served_but_not_cached(app, client, monkeypatch):
    cache = app.extensions["response_cache"]
    monkeypatch.setattr(cache, "max_bytes", 100)
    monkeypatch.setattr(cache, "entries", FIFOCache(cache.max_bytes, getsizeof=cache.entries.getsizeof))
    assert client.get("/projects/").data == client.get("/projects/").data
    assert len(cache.entries) == 0

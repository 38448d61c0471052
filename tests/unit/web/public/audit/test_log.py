"""The published audit log at its public addresses, and in the history of a record."""

import pytest

from portal.services.audit.tlog.notes import parse_checkpoint
from portal.vocabulary.workflow import State
from tests.audit_log import AuditLog
from tests.factories import COMPLETE, Office
from tests.pages import words


@pytest.fixture
def log(app, session, tmp_path, monkeypatch):
    return AuditLog(app, session, tmp_path, monkeypatch)


@pytest.fixture
def published(log):
    log.record(5)
    log.run("publish")
    return log


def test_the_newest_checkpoint_is_revalidated(client, published):
    answer = client.get("/audit/checkpoint")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert parse_checkpoint(answer.text).size == len(published.ids())
    again = client.get("/audit/checkpoint", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    published.record(1)
    published.run("publish")
    changed = client.get("/audit/checkpoint", headers={"If-None-Match": answer.headers["ETag"]})
    assert (changed.status_code, parse_checkpoint(changed.text).size) == (200, len(published.ids()))


def test_tiles_and_former_checkpoints_never_change(client, published):
    size = len(published.ids())
    for address in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}", f"checkpoints/{size}"):
        answer = client.get(f"/audit/{address}")
        assert answer.status_code == 200
        assert answer.data == (published.folder / address).read_bytes()
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "tile/0/001",
        "tile/1/000",
        "tile/0/000",
        "tile/0/../../../audit.key",
        "tile/..%2f..%2faudit.key",
        "tile/0/000.p/1/..",
        "checkpoints/1",
        "checkpoints/x",
        f"checkpoints/{'9' * 300}",
        f"tile/0/{'x001/' * 60}000",
        ".lock",
        ".mailed",
        "audit.key",
        "",
    ],
)
def test_nothing_else_is_there(client, published, address):
    assert client.get(f"/audit/{address}").status_code == 404


def test_before_the_first_checkpoint_there_is_nothing(client, log):
    assert client.get("/audit/checkpoint").status_code == 404
    assert client.get("/audit/tile/0/000").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_read(client, published, method):
    assert client.open("/audit/checkpoint", method=method).status_code == 405


def test_no_published_file_says_anything_of_an_event(published, session):
    office = Office(session())
    office.revision(State.PUBLISHED, COMPLETE.replace(title="Secret title of a record"))
    published.run("publish")
    content = b"".join(path.read_bytes() for path in published.folder.rglob("*") if path.is_file())
    assert len(content) > 32 * len(published.ids())
    for text in (b"Secret title", b"Ann", b"@example.org", b"publish", b"look"):
        assert text not in content


@pytest.fixture
def address(session):
    project = Office(session()).revision(State.PUBLISHED, COMPLETE.replace(number="LM.9001")).project
    return f"/projects/{project.slug}/history"


def test_the_history_shows_size_root_and_time_of_the_checkpoint(log, visit, address):
    log.run("publish")
    checkpoint = parse_checkpoint((log.folder / "checkpoint").read_text())
    text = words(visit(address).one("main"))
    assert f"{checkpoint.size} events so far" in text
    assert checkpoint.root.hex()[:16] in text
    assert f"{checkpoint.at:%H:%M}" in text
    assert visit(address).select('main a[href="/audit/checkpoint"]')


def test_a_new_checkpoint_is_shown_at_once(log, client, address):
    log.run("publish")
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    log.record(3)
    log.run("publish")
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, f"{len(log.ids())} events so far" in second.text) == (200, True)


@pytest.mark.parametrize("content", [None, "not a checkpoint", ""])
def test_without_a_checkpoint_the_history_is_as_before(log, visit, address, content):
    if content is not None:
        log.folder.mkdir()
        (log.folder / "checkpoint").write_text(content)
    assert "audit log" not in words(visit(address).one("main"))

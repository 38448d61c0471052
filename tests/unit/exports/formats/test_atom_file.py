"""Atom: valid by a schema and by a reader of feeds; an entry moves with its public record alone."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from lxml import etree
from sqlalchemy import insert, update

from portal.config import ROOT
from portal.models import Project, SlugHistory
from portal.vocabulary.workflow import State
from tests.export_readers import ATOM
from tests.factories import COMPLETE, import_rows
from tests.loops import not_empty

ADDRESSES = (
    "/projects.atom",
    "/projects.atom?q=zzzz",
    "/projects/LM.0001.atom",
    "/projects.atom?country=KEN&sort=title",
)
LONG_AGO, LONG_AGO_TEXT = datetime(2020, 1, 1, tzinfo=UTC), "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def schema():
    return etree.RelaxNG(etree.parse(ROOT / "tests" / "schemas" / "atom.rng"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_feed_is_valid(odd_records, file_at, schema, address):
    schema.assertValid(etree.fromstring(file_at(address)))


def test_an_empty_portal_has_a_valid_feed(client, session, file_at, schema):
    schema.assertValid(etree.fromstring(file_at("/projects.atom")))


@pytest.mark.parametrize(
    ("spoilt", "by"),
    [(b"<updated>", b"<updated>soon"), (b"<id>http", b"<id>"), (b"</title>", b"</title><title/>"), (b"href=", b"to=")],
)
def test_the_schema_refuses_what_is_no_feed(odd_records, file_at, schema, spoilt, by):
    feed = file_at("/projects.atom")
    assert spoilt in feed
    assert not schema.validate(etree.fromstring(feed.replace(spoilt, by, 1)))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_reader_of_feeds_finds_no_fault(odd_records, file_at, address):
    assert feedparser.parse(file_at(address)).bozo is False


def test_an_entry_says_what_the_record_says(odd_records, file_at):
    (entry,) = feedparser.parse(file_at("/projects/LM.0001.atom")).entries
    assert entry.title == "Days & <months>"
    assert entry.title_detail.language == "en"
    assert entry.link == "http://127.0.0.1:8000/projects/LM.0001"
    assert entry.id == "http://127.0.0.1:8000/projects/lm.0001"
    text = entry.content[0].value
    assert "Fiji, Kenya, Kosovo" in text
    assert "2008-05-31 to 2009-12" in text
    assert "USD 64,240.50" in text
    assert "Completed" in text
    assert '<div lang="fr"><p>Two <em>paragraphs</em>; one, two.</p>' in text
    assert [link.href for link in entry.links if link.rel == "via"] == ["https://example.org/%C3%A9?a=b%20c"]
    assert "KEN" in [tag.term for tag in entry.tags]


def test_what_is_not_stated_says_so(odd_records, file_at):
    (entry,) = feedparser.parse(file_at("/projects/LM.0003.atom")).entries
    assert entry.content[0].value.count("Not stated") == 6


def test_the_feed_leads_to_itself_and_to_its_page(odd_records, file_at):
    feed = feedparser.parse(file_at("/projects.atom?sort=title&country=KEN")).feed
    links = {link.rel: link.href for link in feed.links}
    assert links["self"] == feed.id == "http://127.0.0.1:8000/projects.atom?country=KEN&sort=title"
    assert links["alternate"] == "http://127.0.0.1:8000/projects/?country=KEN&sort=title"


def test_every_id_is_given_once(odd_records, file_at):
    tree = etree.fromstring(file_at("/projects/LM.0001.atom"))
    ids = tree.xpath("//a:id/text()", namespaces=ATOM)
    assert len(set(ids)) == len(ids) == 2


def moments(file_at):
    tree = etree.fromstring(file_at("/projects.atom"))
    return tree.xpath("a:entry/a:updated/text()", namespaces=ATOM)


def all_changed_long_ago(session):
    """As if nothing had happened since."""
    session.connection().execute(update(Project.__table__).values(changed_at=LONG_AGO))
    session.commit()


def test_work_of_staff_moves_no_entry(session, office, file_at):
    project = office.revision(State.PUBLISHED).project
    all_changed_long_ago(session)
    office.change(project, title="Another title")
    for state in not_empty(set(State) - {State.PUBLISHED, State.SUPERSEDED}):
        office.revision(state, COMPLETE.replace(title=f"A record, {state}"))
    assert moments(file_at) == [LONG_AGO_TEXT]


def test_publishing_a_change_moves_the_entry(session, office, file_at):
    project = office.revision(State.PUBLISHED).project
    all_changed_long_ago(session)
    office.publish_change(project)
    (moment,) = moments(file_at)
    assert datetime.fromisoformat(moment) > datetime.now(UTC) - timedelta(minutes=5)


@pytest.mark.parametrize(("title", "moved"), [("Nothing but a title", 0), ("Now another title", 1)])
def test_an_import_moves_what_it_changes(session, odd_records, file_at, title, moved):
    all_changed_long_ago(session)
    import_rows(session, [{"project_id": "LM.0003", "title": title}])
    assert len([moment for moment in moments(file_at) if moment != LONG_AGO_TEXT]) == moved


def test_an_entry_keeps_the_id_of_its_first_key(session, file_at):
    import_rows(session, [{"title": "A title"}])
    (first,) = feedparser.parse(file_at("/projects.atom")).entries
    import_rows(session, [{"title": "A title", "project_id": "LM.0001"}])
    # A later key, which stands before the first one in the alphabet.
    later = {"slug_folded": "a-later-key", "project_id": session.query(Project.id).scalar()}
    later["replaced_at"] = datetime.now(UTC) + timedelta(days=1)
    session.connection().execute(insert(SlugHistory.__table__).values(later))
    session.commit()
    (entry,) = feedparser.parse(file_at("/projects.atom")).entries
    assert entry.id == first.id
    assert entry.link.endswith("/LM.0001")

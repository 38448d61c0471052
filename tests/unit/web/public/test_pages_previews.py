"""What other sites show of a link to ours: one address, a title, a sentence and a picture, on every public page."""

import struct

import pytest

from portal.vocabulary.workflow import State
from tests.loops import not_empty
from tests.pages import Page, words
from tests.staff_clients import Colleague
from tests.urls import fixed

SITE = "http://127.0.0.1:8000"


def preview(page):
    return {meta.attrs["property"]: meta.attrs["content"] for meta in page.select("meta[property]")}


@pytest.fixture
def addresses(app, office):
    project = office.revision(State.PUBLISHED).project
    pages = [address for address in fixed(app) if address.endswith("/")]
    return [*pages, f"/projects/{project.slug}", f"/projects/{project.slug}/history", "/projects/?country=KEN"]


def test_every_public_page_says_what_a_preview_shows(addresses, visit):
    assert len(addresses) > 20
    for address in not_empty(addresses):
        page = visit(address)
        told = preview(page)
        title, description = words(page.one("title")), page.one("meta[name=description]").attrs["content"]
        assert title == f"{told['og:title']} | {told['og:site_name']}"
        assert told["og:description"] == description
        assert told["og:url"] == page.one("link[rel=canonical]").attrs["href"] == SITE + address
        assert page.one("meta[name='twitter:card']").attrs["content"] == "summary_large_image"


def test_the_picture_is_there_and_has_the_size_that_is_told(client, visit):
    told = preview(visit("/"))
    answer = client.get(told["og:image"].removeprefix(SITE))
    assert answer.content_type == "image/png"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert struct.unpack(">II", answer.data[16:24]) == (
        int(told["og:image:width"]), int(told["og:image:height"])
    ) == (1200, 630)  # fmt: skip


def test_other_pictures_are_ours_alone(client, app):
    icon = app.jinja_env.globals["static_url"]("img/icon.svg")
    assert client.get(icon).headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_is_not_public_has_no_preview(app, session, office):
    reviewer = Colleague(app, session, office.reviewer)
    revision = office.revision(State.SUBMITTED)
    for address in ("/staff/", f"/staff/revisions/{revision.id}/preview"):
        page = Page(reviewer.get(address))
        assert preview(page) == {}
        assert page.select("link[rel=canonical]") == []


def test_a_page_that_is_not_there_has_no_preview(visit):
    assert preview(visit("/no-such-page/", status=404)) == {}

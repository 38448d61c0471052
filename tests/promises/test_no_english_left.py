"""Every page of the navigation in French and Spanish: no message and no name of a term is left in English."""

import pytest

from portal.database.orm import db
from portal.models import Project
from tests import english_left, postgres
from tests.conftest import FRAGMENT
from tests.loops import not_empty
from tests.pages import Fragment
from tests.promises import ten_records
from tests.promises.test_golden_pages import FRAGMENTS, NOT_THERE, PARTS, PROSE, VIEWS, Looked

pytestmark = pytest.mark.skipif(postgres.IS_TESTED, reason="the same HTML comes from either database")
LANGUAGES = ("fr", "es")
# What a visitor typed is shown as it is, and what is for programs is English.
IN_ENGLISH = {"api"}
PAGES = {name: address for name, address in VIEWS.items() if name not in IN_ENGLISH}
PAGES |= {address: f"/{address}/" for address in PROSE}
PAGES |= {"embed": "/embed/projects?country=KEN", "chart": "/data-and-research/?region=africa&region=europe",
          "embed-nothing": "/embed/projects?q=zzzz"}  # fmt: skip


@pytest.fixture(scope="module")
def world(new_app, new_database):
    """An application with the ten records, on a database of its own, and their titles and summaries."""
    app = new_app(new_database())
    with app.app_context():
        ten_records.publish(db.session)
        records = {english_left.fold(text) for one in db.session.query(Project) for text in (one.title, one.summary)}
        db.session.remove()
    return app, records


@pytest.fixture(params=LANGUAGES)
def left_on(request, world):
    """left_on(address, status): lines that name the page and what is English on it, in the parameter's language."""
    app, records = world

    def look(address, *, status=200, kind=Looked, **given):
        with app.app_context():
            page = kind(app.test_client().get(f"/{request.param}{address}", **given), status=status)
        assert kind is not Looked or page.one("html").attrs["lang"] == request.param
        texts = [text for text in english_left.found(page.tree.root, request.param) if text not in records]
        return [f"{address}: {text}" for text in texts + english_left.marks(page.text)]

    return look


def test_no_page_has_english_left(left_on):
    left = [line for address in not_empty(PAGES.values()) for line in left_on(address)]
    assert not left, "\n".join(left)


def test_no_page_that_is_not_there_has_english_left(left_on):
    left = [line for address, status in not_empty(NOT_THERE.values()) for line in left_on(address, status=status)]
    assert not left, "\n".join(left)


def test_no_fragment_has_english_left(left_on):
    addresses = not_empty([*FRAGMENTS.values(), *PARTS.values()])
    left = [line for address in addresses for line in left_on(address, kind=Fragment, headers=FRAGMENT)]
    assert not left, "\n".join(left)

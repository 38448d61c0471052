"""The pages of the desk in a browser: accessible wide and narrow, light and dark, never wider than the screen."""

import pytest

from portal.app import create_app
from portal.config import Settings
from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.models import Account, Project, Revision, Term
from portal.services.accounts import sessions
from portal.services.editorial import tag_confirmation
from portal.services.operations import demo
from portal.vocabulary.tag_rules import rules_by_name
from portal.vocabulary.workflow import State
from portal.web.security import cookies
from tests.browser.test_every_page import sideways, unfold
from tests.factories import let_go
from tests.loops import not_empty

RULE = "sdg-8.8-labour-migration"
NARROW, WIDE = {"width": 390, "height": 900}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def work(live, database):
    """The demonstration's queue, and sessions for its people; addresses of revisions by state."""
    app = create_app(Settings(database_url=database, secret_key="0123456789abcdef" * 4))
    with app.app_context():
        session = db.session()
        begin_writing(session)
        demo.create_accounts(session)
        demo.fill_queue(session)
        session.commit()
        tokens = {}
        begin_writing(session)
        for account in session.query(Account).filter(Account.email.endswith("@demo.invalid")):
            tokens[account.name.split()[0]] = sessions.start(session, account)[0]
        session.commit()
        revisions = {one.state: one.id for one in session.query(Revision).all()}
        yield tokens, revisions, confirmed(session)
        db.session.remove()
        let_go()


def confirmed(session):
    """The number of a run that tagged one record of the sample and left another."""
    begin_writing(session)
    adam = session.query(Account).filter(Account.name.startswith("Adam")).one()
    of_type = session.query(Project).join(Term, Term.id == Project.type_id).filter(Term.code == "labour-migration")
    first, second = (project.id for project in of_type.order_by(Project.id).limit(2))
    rule = rules_by_name()[RULE]
    tag_confirmation.confirm(session, rule, [first], by=adam)
    run = tag_confirmation.confirm(session, rule, [first, second], by=adam)
    session.commit()
    return run.event.id


@pytest.fixture
def addresses(work):
    _, revisions, run = work
    approved, submitted = revisions[State.APPROVED], revisions[State.SUBMITTED]
    return [
        "/staff/", "/staff/?queue=publish", "/staff/?queue=done",
        f"/staff/revisions/{submitted}", f"/staff/revisions/{approved}", f"/staff/revisions/{approved}/publish",
        f"/staff/revisions/{approved}/schedule", "/staff/projects/LM.0024", "/staff/projects/LM.0024/withdraw",
        "/staff/audit/", "/staff/mail/", "/projects/LM.0024/history",
        "/staff/tag-proposals/", f"/staff/tag-proposals/{RULE}",
        f"/staff/tag-proposals/{RULE}?selected=all&page=2", f"/staff/tag-proposals/{RULE}/confirm?all=yes",
        f"/staff/tag-proposals/runs/{run}", f"/staff/tag-proposals/runs/{run}/take-back",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_desk_is_accessible(work, addresses, context, page, live, axe, subtests, scheme, size):
    tokens, _, _ = work
    secure = live.replace("http:", "https:")
    context.add_cookies([{"name": cookies.SESSION, "value": tokens["Adam"], "url": secure, "secure": True}])
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    for address in not_empty(addresses):
        with subtests.test(address):
            assert page.goto(address).status == 200
            unfold(page)
            assert sideways(page) <= 0
            assert axe(page) == []

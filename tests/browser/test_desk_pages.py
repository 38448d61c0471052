"""The pages of the desk in a browser: accessible wide and narrow, light and dark, never wider than the screen."""

import pytest
from justhtml import JustHTML

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.i18n.languages import LANGUAGES
from portal.models import Account, Project, Revision, Term
from portal.services.accounts import sessions
from portal.services.accounts.language import choose_language
from portal.services.editorial import tag_confirmation
from portal.services.operations import demo
from portal.vocabulary.tag_rules import rules_by_name
from portal.vocabulary.workflow import State
from portal.web.security import cookies
from tests import english_left
from tests.browser.test_every_page import sideways, unfold
from tests.browser.test_mirrored_pages import STICKING_OUT
from tests.loops import not_empty
from tests.over_http import backstage

RULE = "sdg-8.8-labour-migration"
NARROW, WIDE = {"width": 390, "height": 900}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def work(live, database):
    """The demonstration's queue, and sessions for its people; addresses of revisions by state."""
    with backstage(database) as scoped:
        session = scoped()
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
        f"/staff/tag-proposals/runs/{run}", f"/staff/tag-proposals/runs/{run}/take-back", "/staff/translations/",
    ]  # fmt: skip


@pytest.fixture
def speaking(work, context, live):
    """speaking(language) signs in an administrator whose account has this language."""
    session = db.session()
    adam = session.query(Account).filter(Account.name.startswith("Adam")).one()

    def choose(language):
        begin_writing(session)
        choose_language(session, adam, language, offered=LANGUAGES)
        session.commit()

    def go(language):
        choose(language)
        secure = live.replace("http:", "https:")
        context.add_cookies([{"name": cookies.SESSION, "value": work[0]["Adam"], "url": secure, "secure": True}])

    yield go
    choose("en")


@pytest.fixture
def staff_pages(addresses):
    """The addresses of the desk, and the forms."""
    found = [address for address in addresses if address.startswith("/staff/")]
    return [*found, "/staff/projects/new", "/staff/projects/LM.0024/edit", "/staff/account", "/staff/accounts/"]


@pytest.mark.parametrize(("language", "half"), [("fr", 0), ("es", 1)])
def test_the_desk_has_no_english_left_and_fits_a_telephone(speaking, staff_pages, page, axe, subtests, language, half):
    """Each language is looked at by axe on half of the pages: their markup is the same."""
    speaking(language)
    page.set_viewport_size(NARROW)
    for number, address in enumerate(not_empty(staff_pages)):
        with subtests.test(address):
            assert page.goto(address, wait_until="domcontentloaded").status == 200
            assert page.locator("html").get_attribute("lang") == language
            root = JustHTML(page.content(), sanitize=False).root
            assert english_left.found(root, language) == []
            unfold(page)
            assert sideways(page) <= 0
            assert number % 2 != half or axe(page) == []


def test_nothing_sticks_out_of_a_mirrored_desk(speaking, staff_pages, page, subtests):
    speaking("qps-rtl")
    for address in not_empty(staff_pages):
        with subtests.test(address):
            page.goto(address, wait_until="domcontentloaded")
            assert page.evaluate("document.dir") == "rtl"
            unfold(page)
            for size in (NARROW, WIDE):
                page.set_viewport_size(size)
                assert page.evaluate(STICKING_OUT) == []


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

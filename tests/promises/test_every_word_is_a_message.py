"""No word reaches a reader that translators do not have: pages, refusals, mails and files in the pseudo-language.

Its messages are mirrored, and the records, terms and notes of this test have an accent on every letter. A plain word in
what comes is one that no catalogue can translate.
"""

import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from openpyxl import load_workbook

from portal.database.orm import db, now
from portal.i18n.current import using
from portal.models import Revision, Term
from portal.services.accounts import administration, email_change, link_mails, one_time_links
from portal.services.accounts.one_time_links import Purpose
from portal.services.audit import recording
from portal.services.editorial import handover, idempotency, review
from portal.services.editorial.notices import reminders
from portal.services.mail.outbox import SETTINGS_OPTION
from portal.services.records import rules, submission_checks
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import cached_term_lookup
from portal.services.records.validation import validate_fields
from portal.vocabulary.columns import LABELS
from portal.vocabulary.term_lists import read_term_list
from portal.vocabulary.workflow import State
from portal.web.review.desk_page import REVIEWER_QUEUES
from tests import mailboxes
from tests.factories import COMPLETE, Office, import_records
from tests.http_clients import Browser
from tests.loops import not_empty
from tests.pages import elements
from tests.promises.situations import SITUATIONS, looked_at
from tests.promises.test_golden_pages import NOT_THERE, PROSE, VIEWS

PSEUDO = "qps-rtl"
# What messages say runs from right to left, between marks that nobody sees.
MIRRORED = re.compile("\u200f\u202e[^\u202c]*\u202c\u200f")
ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀčďéƒğĥíĵķłɱñóþɋřšťúṽŵẋýžÁƁČĎÉƑĞĤÍĴĶŁḾÑÓÞɊŘŠŤÚṼŴẊÝŽ"
)


def accented(text):
    return text.translate(ACCENTS)


DRAFT = COMPLETE.replace(title=accented(COMPLETE.title), summary=accented(COMPLETE.summary))
RECORDS = [
    {"project_id": "LM.0101", "title": accented("Labour Inspectors"), "start_date": "2021-03", "end_date": "2023",
     "status": "Active", "project_type": "Labour Migration", "budget_usd": "150000.00", "coverage": "National",
     "year": "2021", "region": "Africa", "benefiting_member_states": "Kenya", "summary": accented("A register.")},
    {"project_id": "IB.0102", "title": accented("Border Post"), "start_date": "2015-05-01", "end_date": "2018-11-30",
     "status": "Completed", "project_type": "Immigration and Borders", "budget_usd": "300000", "coverage": "Regional",
     "year": "2015", "region": "Africa", "benefiting_member_states": "Kenya;Uganda", "country_shares": "60;20",
     "source_url": "https://example.org/border", "title_language": "fr", "sdg": "8.8;10.7", "gcm": "5;6"},
    {"title": accented("Nothing but a title")},
]  # fmt: skip

# What is the same in every language: signs, names of things, and what people type.
SAME = re.compile(
    r"\S*[@/=_]\S*|\{\w+\}|\b[0-9a-f]{64}\b"  # addresses, and what a file or a program calls a thing
    r"|\b\d{1,2} [A-Z][a-z]{2} \d{4}\b|\b[A-Z][a-z]{2} \d{4}\b"  # days, as English has them
    r"|\b(Ann|Olu|Rex|Sue|Ada|Too short\.|Entered by mistake\.|Another summary|Mended by its reviewer\.)"  # our office
    r"|\b[\d.]+\xa0?(million|billion)|\b[\d.]+ (million|billion)\b|\b(English|French|Spanish)\b"  # as the CLDR has them
    r"|\b\w+\.org\b|\balpha-3\b"
    r"|\b(IATI|GeoJSON|JSON Lines|iCalendar|Atom|Excel|360Giving|Markdown|Natural Earth|BCP|Prima|ISO|schema\.org)\b"
)
# Pages that read a list which is bundled have its names in English; columns are named by what files and addresses say.
NAMES = [row.names["en"] for facet in ("country", "region", "gcm_principle") for row in read_term_list(facet)]
NAMES += [", ".join(LABELS), "excel", "\u2068status\u2069"]
LISTED = re.compile("|".join(map(re.escape, sorted(NAMES, key=len, reverse=True))))
WORD = re.compile(r"(?<![^\W\d_])[A-Za-z][a-z]{2,}(?![^\W\d_])")
# Programs, commands and identifiers; texts that say in which language they are.
UNREAD = frozenset(("script", "style", "template", "code", "pre"))
SPOKEN = ("title", "aria-label", "placeholder", "alt")


@pytest.fixture(scope="module")
def world(new_app, new_database):
    """An application that speaks the pseudo-language to its whole staff, its office and what everybody was mailed."""
    app = new_app(new_database())
    speaking = replace(
        app.extensions["settings"], languages=("en", "fr", PSEUDO), smtp_host="127.0.0.1", smtp_port=1,
        smtp_from="portal@example.org", iati_organisation="XM-DAC-1",
    )  # fmt: skip
    app.extensions["settings"] = speaking
    with app.app_context():
        db.engine.update_execution_options(**{SETTINGS_OPTION: speaking})
        import_records(db.session, RECORDS)
        office = Office(db.session)
        for account in office.everyone.values():
            account.language = PSEUDO
            recording.record(db.session(), "choose language", "account", account.id)
        db.session.commit()
        made = {name: make(office, DRAFT).id for name, make in SITUATIONS.items()}
        for term in db.session.query(Term):
            term.name, term.names = accented(term.name), {key: accented(name) for key, name in term.names.items()}
            recording.record(db.session(), "rename term", "term", term.id)
        db.session.commit()
        db.session.remove()
    return app, made


class Reader(Browser):
    """A browser whose requests each begin afresh, as those of a server do."""

    def get(self, address, **request):
        with self.app.app_context():
            return super().get(address, **request)

    def post(self, address, data=None, **request):
        with self.app.app_context():
            return super().post(address, data, **request)


@pytest.fixture
def visitor(world):
    return Reader(world[0], db.session)


@pytest.fixture
def people(world):
    """Browsers of the office by role."""
    app, _ = world
    with app.app_context():
        everyone = Office.found_in(db.session).everyone
        return {name: Reader(app, db.session).sign_in(account) for name, account in everyone.items()}


def plain(text):
    """The words of a text that nobody can translate."""
    return WORD.findall(SAME.sub(" ", LISTED.sub(" ", MIRRORED.sub(" ", text))))


def said(root):
    """Yield each text of a page, and each attribute that is read out, shown or copied by a script."""
    for path, element in elements(root):
        if UNREAD & {*path, element.name} or is_foreign(element) or "mono" in element.attrs.get("class", "").split():
            continue
        yield from (child.data or "" for child in element.children if child.name == "#text")
        shown = [name for name in element.attrs if name in SPOKEN or (name.startswith("data-") and "text" in name)]
        yield from (element.attrs[name] or "" for name in shown)
        if element.name == "meta" and element.attrs.get("name") == "description":
            yield element.attrs["content"]


def is_foreign(element):
    """Whether it, or what it stands in, says that it is in another language, or holds names of languages."""
    while element is not None and element.name != "html":
        attrs = element.attrs or {}
        if "lang" in attrs or (attrs.get("name") or "").endswith("language"):
            return True
        element = element.parent
    return False


def untranslated(answer):
    found = {text.strip(): words for text in said(looked_at(answer).root) if (words := plain(text))}
    return [f"{answer.request.path}: {text[:150]!r}" for text in found]


def check(answers):
    """Hold every answer; all that is wrong is told at once."""
    answers = not_empty(answers)
    assert [answer.request.path for answer in answers if answer.status_code >= 500] == []
    answers = [answer for answer in answers if answer.status_code not in (301, 302, 303)]
    faults = sorted({fault for answer in answers for fault in untranslated(answer)})
    assert not faults, "\n".join(faults)


def test_pages_for_the_public(visitor):
    # What a visitor types is shown as it is; these have addresses of their own below.
    addresses = [address for name, address in VIEWS.items() if not re.search("api|odd|text|nothing", name)]
    addresses += [f"/{path}/" for path in PROSE] + [address for address, _ in NOT_THERE.values()]
    addresses += ["/embed/projects?region=africa", "/projects.csv?columns=ç", "/projects/table.csv?excel=ç"]
    addresses += [f"{path}?q=ŵ&country=ç&year_from=x&budget=5&sort=ç&per_page=101&all=ç&view=ç&page=0"
                  for path in ("/projects/", "/projects/table", "/where-we-work/map")]  # fmt: skip
    addresses += ["/projects/?status=active&coverage=global&year=2001", "/projects/table?by=ç&across=ç&measure=ç"]
    check(visitor.get(f"/{PSEUDO}{address}") for address in addresses)


def test_pages_before_the_guard(world, visitor):
    app, _ = world
    with app.app_context():
        link = one_time_links.issue(db.session(), Office.found_in(db.session).other, Purpose.RESET).path
        db.session.commit()
    asked = f"?language={PSEUDO}"
    check([
        visitor.get(f"/sign-in{asked}"), visitor.get(f"/forgotten{asked}"), visitor.get(link + asked),
        visitor.get(f"/sign-in/link/{'A' * 43}{asked}"), visitor.post(f"/sign-in{asked}", {"email": "x"}),
        visitor.post(f"{link}{asked}", {"password": "short"}), visitor.post(f"/forgotten{asked}", {"email": "x@y.zz"}),
    ])  # fmt: skip


STEPS = {
    "reviewer": ("", "/due", "/publish", "/schedule"),
    "author": ("", "/edit", "/preview", "/discard"),
    "administrator": ("/hand-over",),
}
OF_EVERYBODY = ["/staff/", *(f"/staff/?queue={queue}" for queue in REVIEWER_QUEUES), "/staff/projects/new",
                "/staff/account", "/staff/projects/LM.0101"]  # fmt: skip
OF_REVIEWERS = ["/staff/projects/LM.0101/withdraw", "/staff/projects/IB.0102/edit", "/staff/tag-proposals/",
                "/staff/tag-proposals/gcm-5-labour-migration", "/staff/accounts/",
                "/staff/tag-proposals/gcm-5-labour-migration/confirm?all=yes"]  # fmt: skip
OF_ADMINISTRATORS = ["/staff/accounts/", "/staff/audit/", "/staff/mail/", "/staff/account/second-factor",
                     "/staff/accounts/1", "/staff/accounts/3", "/staff/accounts/5",
                     "/staff/accounts/1/role?role=reviewer", "/staff/accounts/3/disable"]  # fmt: skip


def test_pages_of_staff(world, people):
    revisions = world[1].values()
    wanted = [
        *((role, address) for role in ("author", "reviewer", "administrator") for address in OF_EVERYBODY),
        *(("reviewer", address) for address in OF_REVIEWERS),
        *(("administrator", address) for address in OF_ADMINISTRATORS),
        *(
            (role, f"/staff/revisions/{number}{step}")
            for role, steps in STEPS.items()
            for step in steps
            for number in revisions
        ),
    ]
    check(people[role].get(address) for role, address in wanted)


# Each field refused for another reason, and the findings that a file would only have noted.
FAULTY = [
    {
        "number": "TBD",
        "start": "2008-13",
        "end": "1800",
        "year": "20",
        "budget": "64,240",
        "status": "ç",
        "countries": (),
    },
    {"number": "x" * 200, "start": "2020-05", "end": "2019", "budget": "-5", "source_url": "ç", "funding_line": "ç"},
    {"title": "", "budget": "9" * 14, "country_shares": ("KEN 40", "ç 60"), "language": "ç", "sdg": ("99",)},
    {"budget": "ç", "countries": ("KEN", "UGA"), "country_shares": ("KEN 40", "UGA 50"), "title": "Ř" * 400},
    {"countries": ("KEN",), "other_countries": ("KEN",), "country_shares": ("x", "7"), "summary": "Ř " * 15_000},
    {"countries": ("NA", "ç", "Kenya"), "coverage": "regional", "country_shares": ("KEN", "KEN 5", "KEN 6")},
    {
        "start": "2008-05-31 13:00",
        "end": "1905-06-30",
        "year": "1995",
        "budget": "64.240,505",
        "title": "<b>Ř</b>\u200b  ř",
    },
]


@pytest.mark.parametrize("is_form", [True, False])
def test_findings_on_fields(world, is_form):
    app, _ = world
    with app.app_context(), using(PSEUDO):
        lookup, found = cached_term_lookup(db.session()), []
        for values in FAULTY:
            validation = FieldValidation(vars(DRAFT.replace(**values)), is_form=is_form)
            validate_fields(validation, lookup)
            found += validation.findings
            found += submission_checks.find_errors(db.session(), DRAFT.replace(**values)) if is_form else ()
            found += rules.check_rules(DRAFT.replace(**values))
        said = [text for finding in found for text in (finding.reason, finding.advice)]
        assert [text for text in not_empty(said) if plain(text)] == []


ACTS = ("submit", "recall", "restore", "claim", "release", "mark", "return", "approve", "unschedule", "publish",
        "schedule", "due", "discard", "hand-over")  # fmt: skip


def test_refusals(world, people):
    """A published revision takes none of these steps; of a submitted one they are not the author's, or need more."""
    _, made = world
    author, reviewer, administrator = (people[role] for role in ("author", "reviewer", "administrator"))

    def form(**values):
        return {"key": idempotency.new_key(), "version": "1", **values}

    answers = [
        one.post(f"/staff/revisions/{made[state]}/{act}", form(note="Ř " * 30_000, day="ç"))
        for one, state in ((author, State.PUBLISHED), (author, State.SUBMITTED), (reviewer, State.DISCARDED))
        for act in ACTS
        if (one, state, act) != (author, State.SUBMITTED, "recall")
    ]
    answers += [
        author.post("/staff/projects/new", form(action="submit", title="", year="20", budget="64,240", number="TBD")),
        author.post("/staff/projects/new", {"key": "ç"}), author.post("/staff/projects/check", {"end": "x"}),
        reviewer.post("/staff/projects/LM.0101/withdraw", form(reason="")),
        administrator.post("/staff/accounts/", {"email": "x", "name": "", "role": "ç"}),
        administrator.post("/staff/accounts/1/email", {"email": "x"}), administrator.post("/staff/accounts/1/name", {}),
        administrator.post("/staff/accounts/5/disable"), administrator.post("/staff/accounts/5/role", {"role": "ç"}),
        author.post("/staff/account/name", {"name": ""}), author.post("/staff/account/mail", {"mail": "ç"}),
        author.post("/staff/account/password", {"password": "x"}), author.post("/staff/account/email", {"email": "x"}),
        author.get("/staff/accounts/"), author.get("/staff/revisions/999999"), reviewer.get("/staff/tag-proposals/ç"),
    ]  # fmt: skip
    check(answers)


def test_mails(world):
    app, made = world
    with app.app_context():
        office, session = Office.found_in(db.session), db.session()
        approved = session.get_one(Revision, made[State.APPROVED])
        handover.hand_over(session, approved, office.second.id, version=approved.version, by=office.administrator)
        late = session.get_one(Revision, made["overdue"])
        review.set_due(session, late, at=now() + timedelta(days=1), by=office.reviewer)
        reminders.queue(session)
        email_change.request_change(session, office.author, "ann@example.net", client_address="192.0.2.9")
        link_mails.queue_link(session, one_time_links.issue(session, office.other, Purpose.INVITE))
        administration.change_role(session, office.other, "administrator", by=None, auth_session=None)
        administration.disable(session, office.reviewer, by=None)
        with using(PSEUDO):
            letters = mailboxes.letters(db.session)
        db.session.rollback()
    assert {letter.language for letter in letters} == {PSEUDO}
    assert {"waits", "returned", "approved", "published", "overtaken", "taken over", "due", "security", "link"} <= {
        letter.kind for letter in letters
    }
    assert [letter for letter in not_empty(letters) if plain(letter.subject) or plain(letter.text)] == []


def cells(answer):
    """Yield each text of a workbook but keys, names in other standards and records, whose codes are no words."""
    for place, sheet in enumerate(load_workbook(io.BytesIO(answer.data))):
        yield sheet.title
        is_guide = sheet.cell(1, 5).value == "HXL"
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number == 0 or place:
                yield from (cell for cell in (row[::2][:2] + row[3:4] if is_guide else row) if isinstance(cell, str))


def test_files(visitor):
    faults = []
    for name in ("/projects.xlsx", "/projects/table.xlsx", "/where-we-work/KEN.xlsx"):
        texts = cells(visitor.get(f"/{PSEUDO}{name}"))
        faults += [(name, text) for text in not_empty(texts) if plain(text)]
    for name in ("/projects.csv", "/projects/table.csv", "/data-and-research/budget-by-year.csv"):
        head = visitor.get(f"/{PSEUDO}{name}").get_data(as_text=True).partition("\r\n")[0]
        faults += [(name, head)] if plain(head) else []
    calendar = visitor.get(f"/{PSEUDO}/projects.ics").get_data(as_text=True).replace("\r\n ", "")
    shown = re.findall(r"^(?:NAME|DESCRIPTION|SUMMARY)[^:]*:(.*)$", calendar, re.MULTILINE)
    faults += [("/projects.ics", line) for line in not_empty(shown) if plain(line.replace("\\n", " "))]
    feed = visitor.get(f"/{PSEUDO}/projects.atom").get_data(as_text=True)
    texts = [re.sub("<[^>]*>", " ", unescape(text)) for text in re.findall(r">([^<]+)<", feed)]
    faults += [("/projects.atom", text) for text in not_empty(texts) if plain(text)]
    assert not faults, "\n".join(map(str, faults))

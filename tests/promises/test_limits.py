"""Each limit at its boundary and one beyond, over HTTP, with the numbers written out: a changed limit is a change."""

import re
from urllib.parse import urlencode

import pytest

from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, PHRASE, Office, import_records, make_account
from tests.form_data import as_sent
from tests.http_clients import OURS, Browser
from tests.page_text import words
from tests.promises.situations import line, looked_at
from tests.staff_clients import Colleague, form_to

NEW, FORM = "/staff/projects/new", "application/x-www-form-urlencoded"
URL = "https://example.org/"
# A field, what it may hold at most or at least, and what is beyond.
FIELDS = [
    ("title", "x" * 300, "x" * 301),
    ("summary", "x" * 20_000, "x" * 20_001),
    ("number", "x" * 120, "x" * 121),
    ("prima_id", "x" * 40, "x" * 41),
    ("source_url", URL + "x" * 1_980, URL + "x" * 1_981),
    ("source_url", URL + "é" * 990, URL + "é" * 990 + "x"),
    ("budget", "1000000000000", "1000000000000.01"),
    ("budget", "0", "-0.01"),
    ("budget", "0.01", "0.001"),
    ("year", "1900", "1899"),
    ("year", "2199", "2200"),
    ("start", "1900-01-01", "1899-12-31"),
    ("end", "2199", "2200"),
    ("end", "2021-03", "2021-02"),
]


@pytest.fixture
def office(session):
    return Office(session())


@pytest.fixture
def colleague(app, session, office):
    return lambda name: Colleague(app, session, office.everyone[name])


def to_fix(author, **fields):
    """What the checks beside the form name as to be fixed."""
    answer = author.act("/staff/projects/check", **COMPLETE.as_json() | fields)
    assert answer.status_code == 200
    return [said for said in map(line, looked_at(answer).query("p")) if said.startswith("To fix")]


@pytest.mark.parametrize(("field", "within", "beyond"), FIELDS, ids=lambda value: str(value)[:30])
def test_a_field_of_a_record_holds_so_much_and_no_more(colleague, field, within, beyond):
    author = colleague("author")
    assert to_fix(author, **{field: within}) == []
    assert len(to_fix(author, **{field: beyond})) >= 1


def test_what_is_beyond_a_limit_is_not_submitted(colleague):
    author, fields = colleague("author"), COMPLETE.as_json() | {"action": "submit"}
    assert author.act(NEW, **fields | {"title": "x" * 300}).status_code == 303
    assert author.act(NEW, **fields | {"title": "x" * 301}).status_code == 422


def test_a_list_of_a_record_holds_250_codes(colleague):
    author = colleague("author")
    for count, said in ((250, 0), (251, 2)):
        codes = [f"C{number}" for number in range(count)]
        for fields in (("countries", "other_countries"), ("sdg", "gcm")):
            faults = to_fix(author, **dict.fromkeys(fields, codes))
            assert sum("More than 250" in fault for fault in faults) == said


@pytest.mark.parametrize(("length", "status"), [(2_000, 303), (2_001, 422)])
def test_a_note_has_2000_characters_and_none_is_cut(colleague, length, status):
    author = colleague("author")
    answer = author.act(NEW, **COMPLETE.as_json() | {"action": "save", "note": "n" * length})
    assert answer.status_code == status
    page = looked_at(answer if status == 422 else author.get(answer.location))
    assert len(words(page.query("textarea[name=note]")[0])) == length


def test_what_a_reviewer_writes_has_2000_characters(colleague, office):
    reviewer, revision = colleague("reviewer"), office.revision(State.IN_REVIEW)
    at = f"/staff/revisions/{revision.id}"

    def sent(length):
        texts = {"mark-title": "returned", "reason-title": "r" * length, "note": "n" * length}
        return reviewer.act(f"{at}/return", version=str(revision.version), **texts)

    assert sent(2_001).status_code == 422
    assert sent(2_000).status_code == 303
    history = line(looked_at(reviewer.get(at)).query("aside ol")[0])
    assert sorted(map(len, re.findall(r"r{9,}|n{9,}", history))) == [2_000, 2_000]


@pytest.mark.parametrize(("length", "status"), [(1_000, 303), (1_001, 422)])
def test_the_reason_of_a_withdrawal_has_1000_characters(colleague, office, length, status):
    office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.7"))
    assert colleague("reviewer").act("/staff/projects/LM.7/withdraw", reason="r" * length).status_code == status


@pytest.mark.parametrize(("count", "status"), [(50, 404), (51, 409)])
def test_50_revisions_are_published_at_once(colleague, count, status):
    """None of them is there, which is looked at once there are not too many."""
    numbers = "&".join(f"number={number}" for number in range(900_000, 900_000 + count))
    assert colleague("reviewer").get(f"/staff/publish?{numbers}").status_code == status


@pytest.mark.parametrize(("length", "status"), [(120, 303), (121, 422)])
def test_a_name_of_a_person_has_120_characters(colleague, office, length, status):
    assert colleague("author").post("/staff/account/name", {"name": "n" * length}).status_code == status
    address = f"/staff/accounts/{office.other.id}/name"
    assert colleague("administrator").post(address, {"name": "n" * length}).status_code == status


@pytest.mark.parametrize(("length", "status"), [(254, 200), (255, 422)])
def test_an_e_mail_address_has_254_characters(colleague, length, status):
    email = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 50}.{'e' * (length - 61 - 61 - 61 - 51 - 4)}.org"
    assert len(email) == length
    fields = {"name": "Eve", "email": email, "role": "author"}
    assert colleague("administrator").post("/staff/accounts/", fields).status_code == status


LONG = "zebra " + "plum cart dew nine " * 60
PASSWORDS = [("plum cart dew n", 303), ("plum cart dew ", 422), (LONG[:1_000], 303), (LONG[:1_001], 422),
             ("eat one tan ate no", 303), ("neat ante etan nate", 422)]  # fmt: skip


@pytest.mark.parametrize(("password", "status"), PASSWORDS, ids=lambda value: str(value)[:20])
def test_a_password_has_15_to_1000_characters_of_5_kinds(app, session, password, status):
    person = Browser(app, session).sign_in(make_account(session, "Eve", password=PHRASE))
    address = "/staff/account/password"
    form = form_to(person.visit("/staff/account"), address)
    sent = {
        field.attrs["name"]: {"current-password": PHRASE, "new-password": password}[field.attrs["autocomplete"]]
        for field in form.query("input[type=password]")
    }
    assert person.post(address, sent).status_code == status


def test_20_rows_stand_on_a_page_of_the_desk_and_50_in_the_audit(colleague, office):
    author, administrator = colleague("author"), colleague("administrator")
    for count in range(20):
        office.draft(COMPLETE.replace(title=f"Draft {count}"))
    page = looked_at(author.get("/staff/?queue=drafts"))
    assert (len(page.query("tbody tr")), len(page.query("a[rel=next]"))) == (20, 0)
    office.draft(COMPLETE.replace(title="Draft 20"))
    page = looked_at(author.get("/staff/?queue=drafts"))
    assert (len(page.query("tbody tr")), len(page.query("a[rel=next]"))) == (20, 1)
    for _ in range(30):
        office.draft()
    page = looked_at(administrator.get("/staff/audit/"))
    assert len(page.query("tbody tr")) == 50


def padded(begun, size):
    """A form that begins so and has this many bytes, none of its fields too long."""
    third = (size - len(begun)) // 3
    sent = begun + b"&a=" + b"x" * third + b"&b=" + b"x" * third + b"&c="
    return sent + b"x" * (size - len(sent))


BODIES = {
    "1,000,000 bytes": (lambda begun: padded(begun, 1_000_000), 303),
    "1,000,001 bytes": (lambda begun: padded(begun, 1_000_001), 413),
    "a field of 500,000 bytes": (lambda begun: begun + b"&a=" + b"x" * 500_000, 303),
    "a field of 500,001 bytes": (lambda begun: begun + b"&a=" + b"x" * 500_001, 413),
    "1,000 fields": (lambda begun: begun + b"&a=1" * 998, 303),
    "1,001 fields": (lambda begun: begun + b"&a=1" * 999, 413),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_form_has_so_many_bytes_and_fields(colleague, what):
    made, status = BODIES[what]
    author = colleague("author")
    form = form_to(author.visit("/staff/account"), "/staff/account/name")
    begun = urlencode(as_sent(form)).encode()
    assert begun.count(b"=") == 2
    answer = author.client.post("/staff/account/name", data=made(begun), content_type=FORM, headers=OURS)
    assert answer.status_code == status


def chips(page):
    """The chosen filters of a list, as a page says them."""
    return [line(chip) for chip in page.query("#results ul li a")]


# A query, and what the page says of it; nothing for what is within its limit.
QUERIES = [
    ("q=" + "x" * 200, ""),
    ("q=" + "x" * 201, "only the first 200 characters are searched for"),
    ("&".join(f"country=X{number}" for number in range(50)), ""),
    ("&".join(f"country=X{number}" for number in range(51)), "only the first 50 are used"),
    ("per_page=100", ""),
    ("per_page=101", "a page holds at most 100 projects"),
    ("year_from=1900&year_to=2199", ""),
    ("year_from=1899", "not a year from 1900 to 2199, so it is ignored"),
    ("year_to=2200", "not a year from 1900 to 2199, so it is ignored"),
    ("year=1899", "not a year from 1900 to 2199, so it is ignored"),
    ("budget_min=1000000000000000", ""),
    ("budget_min=1000000000000001", "out of range, so it is ignored"),
    ("type=" + "x" * 80, ""),
    ("type=" + "x" * 81, "not understood, so it is ignored"),
    ("page=1", ""),
    ("page=0", "out of range, so it is ignored"),
]


@pytest.mark.parametrize(("query", "note"), QUERIES, ids=lambda value: value[:30])
def test_a_search_takes_so_much_and_says_what_is_beyond(client, query, note):
    page = looked_at(client.get(f"/projects/?{query}"))
    notes = [said for said in chips(page) if "only the" in said or "at most 100" in said or "ignored" in said]
    assert [note in said for said in notes] == ([True] if note else [])


def test_20_parts_that_are_not_understood_are_named(client):
    page = looked_at(client.get("/projects/?" + "&".join(f"all=x{number}" for number in range(21))))
    assert len([said for said in chips(page) if "ignored" in said]) == 20


@pytest.mark.parametrize(("count", "pages"), [(20, 1), (21, 2)])
def test_20_projects_stand_on_a_page(session, client, count, pages):
    import_records(session, [{"project_id": f"P.{number}", "title": f"Project {number}"} for number in range(count)])
    page = looked_at(client.get("/projects/"))
    assert len(page.query("#results ol > li")) == 20
    assert len(page.query("#results nav li a[aria-label]")) == (pages if pages > 1 else 0)
    assert len(looked_at(client.get(f"/projects/?per_page={count}")).query("#results ol > li")) == count


# So many values: how many stand there at once, how many are folded away, and whether the others must be asked for.
@pytest.mark.parametrize(("count", "shown"), [(12, (12, 0, 0)), (13, (6, 7, 0)), (30, (6, 24, 0)), (31, (6, 0, 1))])
def test_a_long_facet_is_folded(session, client, count, shown):
    years = range(1990, 1990 + count)
    import_records(session, [{"project_id": f"P.{year}", "title": f"Project {year}", "year": year} for year in years])
    page = looked_at(client.get("/projects/"))
    facet = page.query("#facet-year")[0]
    folded = sum(len(rest.query("input[type=checkbox]")) for rest in facet.query("details"))
    assert (len(facet.query("input[type=checkbox]")) - folded, folded, len(facet.query('a[href*="all=year"]'))) == shown

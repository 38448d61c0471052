"""What a POST may carry: what is too much, of another kind or cut off is refused, and what was typed is kept."""

import io
import time
import tracemalloc
from urllib.parse import urlencode

import pytest

from portal.models import Revision
from portal.services.editorial import idempotency
from portal.web.security.request_limits import MAX_BODY_BYTES, MAX_FIELD_BYTES, MAX_FIELDS
from tests.form_data import filled
from tests.http_clients import OURS
from tests.loops import not_empty
from tests.pages import Page

NEW = "/staff/projects/new"
NAME = "/staff/account/name"
FORM = "application/x-www-form-urlencoded"
ENTRANCES = ("/sign-in", "/forgotten", "/sign-in/again", "/sign-in/link/none")


@pytest.fixture
def raw(author):
    """raw(address, body, **environ) sends these bytes as a form of ours."""

    def go(address, body, *, kind=FORM, **environ):
        headers = {**OURS, "X-CSRF-Token": author.csrf_token}
        return author.client.post(address, data=body, content_type=kind, headers=headers, environ_overrides=environ)

    return go


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/xml", "text/plain; x=" + FORM, "x", None]
)
@pytest.mark.parametrize("address", [NEW, NAME, *ENTRANCES])
def test_what_is_no_form_is_415(raw, session, address, kind):
    answer = raw(address, b'{"title": "x"}', kind=kind)
    assert answer.status_code == 415
    assert Page(answer, status=415).heading == "This form cannot be read"
    assert session.query(Revision).count() == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"title=x"),
        ("multipart/form-data; boundary=" + "x" * 5_000, b"title=x"),
        (FORM, b"title=%ff%fe&%00=1&=&&&;;"),
        (FORM, b"\xff\xfe\x00"),
        (FORM + "; charset=utf-7", b"title=+ADw-"),
        (FORM, b"&" * 900),
    ],
)
def test_a_form_that_cannot_be_read_is_answered(raw, kind, body):
    assert raw(NEW, body, kind=kind).status_code in (413, 422)


def test_a_body_without_its_length_is_411(raw):
    answer = raw(NAME, b"name=Anne", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert answer.status_code == 411


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("address", [NAME, NEW, "/sign-in"])
def test_half_a_form_counts_for_nothing(raw, session, office, address, kind):
    """gunicorn says that its stream ends by itself, which must not hide that the visitor went away."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nHalf a na'
        if "x" in kind[20:]
        else b"name=Half a na"
    )
    cut = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 90)}
    answer = raw(address, body, kind=kind, **cut)
    assert answer.status_code == 400
    session.rollback()
    assert (office.author.name, session.query(Revision).count()) == ("Ann", 0)


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(raw, length):
    assert raw(NAME, b"name=Anne", CONTENT_LENGTH=length).status_code in (400, 413, 422)


def titled(size):
    """A form of a new project whose body has this many bytes."""
    begun = f"key={idempotency.new_key()}&action=save&summary=a&prima_id="
    return (begun + "x" * (size - len(begun))).encode()


@pytest.mark.parametrize(("beyond", "statuses"), [(0, {303, 413}), (1, {413})])
def test_a_body_is_taken_up_to_its_limit(raw, beyond, statuses):
    halves = titled(MAX_BODY_BYTES // 2 - 40) + b"&title=" + b"y" * (MAX_BODY_BYTES // 2 - 40)
    body = halves + b"&z=" + b"z" * (MAX_BODY_BYTES - len(halves) - 3 + beyond)
    assert raw(NEW, body).status_code in statuses


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 20_000_000])
@pytest.mark.parametrize("address", [NEW, "/sign-in", "/sign-in/again"])
def test_a_body_that_is_too_large_costs_neither_memory_nor_time(raw, address, size):
    body = bytes(size)
    tracemalloc.start()
    try:
        began = time.process_time()
        assert raw(address, body).status_code == 413
        assert time.process_time() - began < 1
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def multipart(fields):
    """The same fields as the other kind of form, as bytes."""
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n' for name, one in pairs]
    return ("".join(parts) + "--x--\r\n").encode()


def urlencoded(fields):
    return urlencode(fields, doseq=True).encode()


KINDS = {urlencoded: FORM, multipart: "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(("count", "status"), [(MAX_FIELDS - 2, 303), (MAX_FIELDS + 1, 413), (10_000, 413)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_form_has_so_many_fields(raw, count, status, kind):
    assert raw(NAME, kind({"name": ["Anne"] * count}), kind=KINDS[kind]).status_code == status


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("beyond", "status"), [(0, 303), (1, 413)])
def test_a_field_is_taken_up_to_its_limit(author, raw, kind, beyond, status):
    fields = filled(author.visit(NEW), title="T", summary="x" * (MAX_FIELD_BYTES + beyond))
    assert raw(NEW, kind(fields), kind=KINDS[kind]).status_code == status


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_too_long_is_named_and_everything_comes_back(author, raw, session, kind):
    long = "\n" + "é" * 100 + "x" * MAX_FIELD_BYTES
    fields = filled(author.visit(NEW), title="Kept <title>", summary=long, countries=["", "KEN", "GHA"])
    page = Page(raw(NEW, kind(fields), kind=KINDS[kind]), status=413)
    assert "“summary” has" in page.one("h1 + p").to_text()
    assert session.query(Revision).count() == 0
    form = page.one("form.card")
    assert form.attrs["action"] == NEW
    hidden = {}
    for field in form.query("input[type=hidden]"):
        hidden.setdefault(field.attrs["name"], []).append(field.attrs.get("value") or "")
    assert (hidden["title"], hidden["countries"]) == (["Kept <title>"], ["", "KEN", "GHA"])
    assert hidden["key"] == [fields["key"]]
    assert page.one("textarea[name=summary]").to_text(separator="", strip=False) == long
    assert author.post(NEW, {**hidden, "summary": "Shortened."}, token="").status_code == 303
    assert session.query(Revision).one().draft.summary == "Shortened."


@pytest.mark.parametrize("address", [*ENTRANCES, "/staff/account/password"])
@pytest.mark.parametrize("name", ["password", "email", "code"])
def test_what_may_be_a_secret_is_never_printed_back(author, staff, address, name):
    for person in (author, staff()):
        answer = person.post(address, {"password": "Secret", name: "Secret" + "x" * (MAX_FIELD_BYTES + 1)})
        assert answer.status_code in (401, 413)
        assert answer.status_code == 401 or "Secret" not in answer.text


def test_a_save_while_typing_that_is_too_long_is_told_in_a_few_words(author):
    fields = filled(author.visit(NEW), summary="x" * (MAX_FIELD_BYTES + 1))
    answer = author.post(f"{NEW}/autosave", fields, headers={"Portal-Dialog": "true"})
    assert answer.status_code == 413
    assert len(answer.data) < 10_000


def test_what_comes_from_elsewhere_is_not_printed_back(author):
    answer = author.post(NEW, {"summary": "Planted" * 100_000}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Planted" not in answer.text


@pytest.mark.parametrize("address", ["/", "/projects/", "/staff/", "/staff/revisions/1/approve", "/sign-in/state"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY", "BREW"])
def test_a_method_that_no_page_has_is_405(author, address, method):
    answer = author.client.open(address, method=method, headers={**OURS, "X-CSRF-Token": author.csrf_token})
    assert answer.status_code == 405
    assert answer.headers["Allow"]


def test_a_get_never_writes(author, app):
    writing = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    reading = {rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    for rule in not_empty(rule for rule in writing if rule.rule not in reading):
        address = rule.rule
        for argument in rule.arguments:
            address = address.replace(f"<{argument}>", "1").replace(f"<int(max=2147483647):{argument}>", "1")
        assert author.get(address).status_code in (404, 405), address

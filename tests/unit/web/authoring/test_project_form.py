"""What people type, and what is sent at them: each field by itself, and nothing that makes the portal fail."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from justhtml import JustHTML
from werkzeug.datastructures import MultiDict

from portal.models import ProjectDraft
from portal.search.index import current
from portal.services.editorial.entered_text import MAX_NOTE_LENGTH
from portal.services.records import rules, submission_checks
from portal.services.records.submission_checks import MAX_SUMMARY_LENGTH, MAX_TITLE_LENGTH
from portal.text import markdown as text_markdown
from portal.vocabulary.workflow import State
from portal.web.authoring import checks
from portal.web.authoring.project_form import SECTIONS, ProjectForm
from portal.web.presentation import markdown
from tests.factories import COMPLETE
from tests.form_data import filled
from tests.http_clients import place
from tests.loops import not_empty
from tests.pages import elements

NEW = "/staff/projects/new"
NOTHING_SEEN = ["", " ", "\t\r\n", "\u200b\u200b", "\u2060", "\ufeff"]
BAD_TEXTS = [
    "\x00", "a\x1bb", "\ufffe", "‮reversed", "x" * 10_000, "😀" * 400, "a\r\nb",
    "{{ 7*7 }}${7*7}<%= 7*7 %>", "%s%n%(x)s",
    "<script>alert(1)</script>", "'; DROP TABLE revision; --", "../../etc/passwd", "\u0301\u0301", "ﬁ ﬀ", "ı̇",
]  # fmt: skip
BAD_AMOUNTS = ["-1", "1e18", "NaN", "Infinity", "0x10", "1,2,3", "0." + "1" * 40, "64 240,00 EUR", "٣٤", "9" * 400]
BAD_DATES = [
    "0000",
    "2021-13",
    "2021-02-30",
    "20211",
    "2021-2",
    "next year",
    "99999999999",
    "-2021",
    "２０２１",
]
# Public collections of cross-site scripting, one of each kind.
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example/)",
    "<javascript:alert(1)>",
    "![x](x\"onerror=\"alert(1))",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "[a](https://e.org \"onmouseover=alert(1)\")",
    "[a](https://e.org\"onmouseover=alert(1))",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=https://evil.example><input name=password></form>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<table background=\"javascript:alert(1)\" class=\"evil\"><tr><td style='x:expression(alert(1))'>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</p></div><script>alert(1)</script>",
    "- <details open ontoggle=alert(1)>",
    "> <video><source onerror=alert(1)>",
]  # fmt: skip
ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "h3", "code", "hr"}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td"}


@pytest.fixture
def form(session):
    """form(**sent) is the form as it was sent, over an empty draft."""

    def make(begun=ProjectDraft(), /, **sent):  # noqa: B008 # a frozen value
        pairs = [(name, one) for name, value in sent.items() for one in (value if isinstance(value, list) else [value])]
        return ProjectForm(current.current_snapshot().terms, begun, formdata=MultiDict(pairs) if pairs else None)

    return make


def test_the_form_has_every_field_of_a_draft_once(form):
    names = [name for section in SECTIONS.values() for name in section]
    assert sorted(names) == sorted(ProjectDraft.field_names())
    assert [*names, "note"] == [field.name for field in form()]


def test_a_form_that_was_not_touched_says_what_the_draft_said(form):
    assert form(COMPLETE).draft() == COMPLETE


@pytest.mark.parametrize("blank", NOTHING_SEEN)
@pytest.mark.parametrize("field", ["title", "summary"])
def test_a_text_of_which_nothing_is_seen_is_missing(form, session, field, blank):
    found = submission_checks.find_errors(session(), form(COMPLETE, **{field: blank}).draft())
    assert [fault.field for fault in found] == [field]


def test_texts_are_stored_in_composed_characters(form):
    assert form(title="Cote d\u2019Ivoire, Re\u0301union").draft().title == "Cote d\u2019Ivoire, R\u00e9union"


@pytest.mark.parametrize(("length", "wrong"), [(MAX_TITLE_LENGTH, []), (MAX_TITLE_LENGTH + 1, ["title"])])
def test_the_length_of_a_title_counts_characters_as_people_do(form, session, length, wrong):
    draft = form(COMPLETE, title="😀" * length).draft()
    assert [fault.field for fault in submission_checks.find_errors(session(), draft)] == wrong


@pytest.mark.parametrize(("length", "wrong"), [(MAX_SUMMARY_LENGTH, []), (MAX_SUMMARY_LENGTH + 1, ["summary"])])
def test_a_line_break_of_a_browser_counts_once(form, session, length, wrong):
    draft = form(COMPLETE, summary="a\r\n" + "b" * (length - 2)).draft()
    assert [fault.field for fault in submission_checks.find_errors(session(), draft)] == wrong


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_an_amount_that_is_none_is_kept_as_typed_and_refused(form, session, amount):
    made = form(COMPLETE, budget=amount)
    assert made.budget.data == amount
    assert [fault.field for fault in submission_checks.find_errors(session(), made.draft())] == ["budget"]


@pytest.mark.parametrize("date", BAD_DATES)
def test_a_date_that_is_none_is_kept_as_typed_and_refused(form, session, date):
    made = form(COMPLETE, start=date)
    assert made.start.data == date
    assert [fault.field for fault in submission_checks.find_errors(session(), made.draft())] == ["start"]


def test_a_code_that_is_not_in_the_list_is_shown_as_such(form, session):
    made = form(COMPLETE, countries=["", "KEN", "XXX"])
    assert [choice.label for choice in made.countries.choices][-1] == "XXX (not in the list)"
    assert "countries" in [fault.field for fault in submission_checks.find_errors(session(), made.draft())]


def test_lists_that_were_not_on_the_page_stay(form):
    assert form(COMPLETE, title="Other").draft().countries == COMPLETE.countries


def test_lists_of_which_nothing_is_ticked_are_empty(form):
    assert form(COMPLETE, countries="").draft().countries == ()


def test_the_rules_beside_a_field_are_those_on_record(session):
    assert len(checks.rule_texts("budget")) == len([rule for rule in rules.load_rules() if rule.field == "budget"])
    assert all(
        "{" not in guide.text for name in not_empty(ProjectDraft.field_names()) for guide in checks.rule_texts(name)
    )


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_no_text_makes_a_page_fail_in_any_field(author, text):
    # A note that is too long is not saved at all, unlike a field, which is checked when the draft is submitted.
    note = "" if len(text) > MAX_NOTE_LENGTH else text
    fields = dict.fromkeys(ProjectDraft.field_names(), text) | {"note": note}
    answer = author.post(NEW, filled(author.visit(NEW), **fields))
    assert answer.status_code == 303
    page = author.visit(place(answer))
    assert author.post(place(answer), filled(page, action="submit")).status_code == 422


@pytest.mark.parametrize("digits", [5, 20, 5_000])
@pytest.mark.parametrize("field", ["year", "budget", "start", "number", "version", "base_version"])
def test_a_number_without_end_never_makes_a_page_fail(author, office, field, digits):
    office.revision(State.PUBLISHED)
    fields = filled(author.visit(NEW), **COMPLETE.as_json()) | {field: "9" * digits}
    assert author.post("/staff/projects/check", fields).status_code == 200
    assert author.post(NEW, fields | {"action": "submit"}).status_code in (303, 409, 422)


@pytest.mark.parametrize(
    "amount", ["9" * 29, "9" * 5_000, "1e400", "1e999999", "1e9999999999", "0e999", "-1e400", "1e-999", "sNaN"]
)
def test_every_page_of_a_draft_with_an_endless_amount_is_a_page(author, amount):
    answer = author.post(NEW, filled(author.visit(NEW), **COMPLETE.as_json()) | {"budget": amount})
    edit = place(answer)
    for address in (
        edit,
        edit.replace("/edit", ""),
        edit.replace("/edit", "/preview"),
        edit.replace("/edit", "/discard"),
    ):
        author.visit(address)
    assert author.post("/staff/projects/check", filled(author.visit(edit))).status_code == 200


@pytest.mark.parametrize(
    "field", ["key", "page_key", "version", "base_version", "action", "conflict_with", "choice-title"]
)
def test_nothing_in_a_field_of_the_page_itself_makes_it_fail(author, field):
    fields = filled(author.visit(NEW))
    for text in BAD_TEXTS:
        assert author.post(NEW, fields | {field: text}).status_code in (303, 409, 422)


def test_more_values_of_one_field_than_there_are_countries_are_answered(author):
    page = filled(author.visit(NEW), countries=[f"C{number}" for number in range(900)], action="submit")
    assert "More than 250 are selected" in author.send(NEW, page, status=422).text


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_in_a_summary_leaves_nothing_that_runs(author, text):
    summary = f"{text}\n\nPlain words."
    answer = author.post(NEW, filled(author.visit(NEW), title=text, summary=summary, note=text, action="preview"))
    page = author.visit(place(answer))
    assert_harmless(page, not_empty(elements_of_prose(page)))
    page = author.visit(place(answer).replace("/preview", "/edit"))
    assert_harmless(page, elements_of_prose(page))


def elements_of_prose(page):
    return [element for prose_box in page.select(".prose") for element in prose_box.query("*")]


def assert_harmless(page, inside):
    """Nothing of a page runs; `inside` are the elements that a text of a record became."""
    assert all(element.attrs.get("src", "").startswith("/static/") for element in not_empty(page.select("script")))
    assert {element.name for element in inside} <= {*ALLOWED, "div", "h2", "span"}
    assert {name for element in inside for name in element.attrs} <= {"class", "dir", "lang", "href", "rel", "title"}
    addresses = [element.attrs["href"] for element in inside if "href" in element.attrs]
    assert [at for at in addresses if not at.startswith(("https://", "http://", "mailto:"))] == []
    assert not page.select("iframe, base, embed, object, [onerror], [onload], [style]")


@given(st.text(st.sampled_from("<>/\"'=&;:()[]!`*_#-\n \tasvgonclickimgscripthref"), max_size=80))
def test_whatever_is_written_becomes_safe_html(text):
    first = markdown.render_text(text_markdown.clean_markdown(text)).lede
    html = f"<div class=prose>{first}{markdown.render_text(text).rest}</div>"
    for _, element in elements_of(html):
        assert element.name in {*ALLOWED, "div"}
        assert element.attrs.keys() <= {"class", "href", "rel", "start", "value"}
        assert element.attrs.get("href", "http:").startswith(("http:", "https:", "mailto:"))


@given(st.text(st.sampled_from("<>/!-scriptimgbr \n&;"), max_size=60))
@example(" <c>")
def test_what_is_stored_twice_is_stored_the_same(text):
    once = text_markdown.clean_markdown(text)
    assert text_markdown.clean_markdown(once) == once


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "AT&T", "<https://example.org/>", "`<b>` is bold", "1 < 2\n\n> quoted"]
)
def test_what_is_no_html_is_stored_as_typed(text):
    assert text_markdown.clean_markdown(text) == text


def test_links_say_nothing_to_the_page_that_they_open():
    assert 'rel="nofollow noopener ugc"' in markdown.render_text("[x](https://example.org/)").lede


def test_lists_show_words_and_not_marks():
    assert (
        markdown.plain_text("# Head\n\n**Strong** and [linked](https://e.org) words & more")
        == "Head Strong and linked words & more"
    )


def test_lines_of_a_table_are_paragraphs():
    shown = markdown.render_text("One.\nTwo.\nThree.")
    assert (shown.lede, shown.rest) == ("<p>One.</p>\n", "<p>Two.</p>\n<p>Three.</p>\n")


def elements_of(html):
    return elements(JustHTML(html, sanitize=False, fragment=True).root)

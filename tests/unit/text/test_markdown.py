"""Markdown that people type becomes HTML that can do no harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.text import cleaning, markdown


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](https://example.org/a.png)", "<svg onload=alert(1)>",
        "[x](vbscript:x)", "<a href='javascript:x'>x</a>", "[a](<javascript:alert(1)>)", "<style>*{}</style>",
        "&lt;script&gt;", "<iframe src=//example.org>", "[x]( javascript:alert(1))", "<javascript:alert(1)>",
    ],
)  # fmt: skip
def test_nothing_active_comes_out(typed):
    html = markdown.render_html(typed)
    for tag in ("<script", "<img", "<svg", "<iframe", "<style", 'href="javascript', 'href="data', 'href="vbscript'):
        assert tag not in html.lower()


def test_plain_markdown_comes_out_as_meant():
    html = markdown.render_html("# Title\n\nOne **two**\n\n- a\n- b\n\n[link](https://example.org)")
    assert "<h3>Title</h3>" in html
    assert "<strong>two</strong>" in html
    assert "<li>a</li>" in html
    assert 'href="https://example.org"' in html


def test_cleaning_twice_is_cleaning_once():
    text = "a\u2028b \x00\n\n\n\nc  \n  - d"
    assert cleaning.clean_paragraphs(cleaning.clean_paragraphs(text)) == cleaning.clean_paragraphs(text)


TEXTS = st.text() | st.text(st.sampled_from("ab -1.)#>|\t\n\r \u00a0\u2028<br&amp;lt;_x000D'\""), max_size=60)


@given(TEXTS, st.sampled_from([markdown.clean_markdown, markdown.clean_cell_markdown]))
@settings(max_examples=500)
def test_a_text_of_our_own_files_stays_as_a_form_or_a_file_stored_it(text, clean):
    stored = clean(text)
    assert markdown.clean_own_markdown(stored) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [("12\u00a0%", "12\u00a0%"), ("  two  spaces ", "  two  spaces"), ("a\n\n\n\nb", "a\n\nb"),
     ("<p>one</p><p>two</p>", "one\n\ntwo"), ("a\x00b\r\nc", "ab\nc"), ("e\u0301", "e\u0301")],
)  # fmt: skip
def test_what_somebody_adds_to_one_of_our_own_files_is_cleaned(text, stored):
    assert markdown.clean_own_markdown(text) == stored

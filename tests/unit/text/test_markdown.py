"""Markdown that people type becomes HTML that can do no harm."""

import pytest

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

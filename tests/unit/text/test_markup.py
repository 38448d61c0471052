"""HTML in texts becomes what it means; brackets that hold words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.text.markup import decode_entities, plain_from_html


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("R&amp;D", "R&D"),
        ("R&amp;amp;D", "R&D"),
        ("women&#8217;s &#x2019; &#146;", "women’s ’ ’"),
        ("C&ocirc;te", "Côte"),
        ("&amp;eacute;", "é"),
        ("a&nbsp;b", "a b"),
        ("&lt;b&gt;", "<b>"),
        ("AT&T, Q&A; R&D;", "AT&T, Q&A; R&D;"),
        ("https://example.org/?a=1&region=2&copy=3", "https://example.org/?a=1&region=2&copy=3"),
    ],
)
def test_entities_are_characters(text, plain):
    assert decode_entities(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("First.<br/>Second.<BR>\nThird.", "First.\nSecond.\nThird."),
        ("One.</p>\n<p class='x'>Two.", "One.\n\n\n\nTwo."),
        ("a <b>bold</b> <span style='color:red'>red</span>", "a bold red"),
        ("<ul><li>One</li><li>Two</li></ul>End", "\n\n- One\n- Two\n\nEnd"),
        ("<ol><li>One</li><li>Two</li></ol>", "\n\n1. One\n2. Two\n\n"),
        ("<tr><th>a</th><td>b</td></tr><tr><td>1</td><td>2</td></tr>", "\na | b\n1 | 2"),
        ("10<sup>3</sup> m, CO<sub>2</sub>", "10³ m, CO₂"),
        ("x<script>alert('<b>')</script><style>*{}</style>y<!-- note -->z", "xyz"),
        ("<o:p></o:p>Word", "Word"),
        ("&lt;p&gt;Encoded twice&lt;/p&gt;", "\n\nEncoded twice\n\n"),
        ("See <a href='https://example.org/a'>the page</a>.", "See the page."),
    ],
)
def test_tags_become_what_they_mean(text, plain):
    assert plain_from_html(text) == plain


def test_a_link_may_keep_its_address():
    text = '<a class="x" href="https://example.org/a">the page</a>, <a href="javascript:alert(1)">no page</a>'
    assert plain_from_html(text, keep_links=True) == "[the page](https://example.org/a), no page"


@pytest.mark.parametrize(
    "text",
    [
        "Signed by <name of ministry>",
        "<the Government of Kenya>",
        "<time of arrival>, <summary>, <address of the office>, <title>",
        "<source: IOM>, <note:see>",
        "Groups of <50 officers and >20 villages",
        "a < b and c > d",
        "<https://example.org/>, <office@example.org>",
        "<b> alone",
        "a <- b -> c <= d",
    ],
)
def test_what_is_no_tag_stays(text):
    assert plain_from_html(text) == text


@given(st.text(st.sampled_from("<>/!-bripamt;&#38 \n='\"")))
def test_converting_twice_is_converting_once(text):
    once = plain_from_html(text)
    assert plain_from_html(once) == once


@pytest.mark.parametrize(
    "part", ["<", "&", "<!--", "<b>", "<script>", "<a x='", "<a href='https://x' ", "&amp;", "<a ", "\t", "<ul><li>"]
)
@pytest.mark.timeout(120)
def test_a_long_text_is_read_in_the_end(part):
    """Reading that grew with the square of the length would not end."""
    assert plain_from_html(f"<{part * (1_000_000 // len(part))}end").endswith("end")

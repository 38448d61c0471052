"""Which lines of a text are paragraphs, lists, headings and tables."""

import pytest

from portal.text.markdown import plain_text, render_html

PDF = (
    "The project strengthens the capacities of the Ministry of Labour of\n"
    "Ghana to govern labour migration. It trains officers in the regions.\n"
    "It also writes a policy with employers, trade unions and the\n"
    "diaspora, which the cabinet adopts in the second year."
)


def shown(text):
    """The text as HTML on one line."""
    return render_html(text).replace("\n", "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (PDF, f"<p>{PDF}</p>".replace("\n", " ")),
        (f"{PDF}\n\nTwo.", f"<p>{PDF}</p><p>Two.</p>".replace("\n", " ")),
        ("capacities of\nthe ministry", "<p>capacities of the ministry</p>"),
        ("a long-\nterm plan", "<p>a long-term plan</p>"),
        ("One.\nTwo.\nThree.", "<p>One.</p><p>Two.</p><p>Three.</p>"),
        ("Activities\nTraining\nEquipment", "<p>Activities</p><p>Training</p><p>Equipment</p>"),
        ("Line one\nLine two\n\nPara two", "<p>Line one<br>Line two</p><p>Para two</p>"),
        ("x" * 300 + ".\n" + "Y" * 290 + ".", f"<p>{'x' * 300}.</p><p>{'Y' * 290}.</p>"),
    ],
)
def test_lines_that_a_program_wrapped_are_one_paragraph(text, html):
    assert shown(text) == html


@pytest.mark.parametrize("bullet", ["•\t", "• ", "•", "· ", "‣ ", "– ", "— ", "- ", "* ", "+ ", "\uf0b7\t"])
def test_bullets_of_any_program_are_a_list(bullet):
    assert shown(f"Goals\n\n{bullet}Training\n{bullet}Equipment") == (
        "<p>Goals</p><ul><li>Training</li><li>Equipment</li></ul>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "It does:\n• One\n• Two\nThen it ends.",
            "<p>It does:</p><ul><li>One</li><li>Two</li></ul><p>Then it ends.</p>",
        ),
        ("• One\n– a\n– b\n• Two", "<ul><li>One<ul><li>a</li><li>b</li></ul></li><li>Two</li></ul>"),
        ("- One\n  - a\n- Two", "<ul><li>One<ul><li>a</li></ul></li><li>Two</li></ul>"),
        ("1. One\n\n2. Two", "<ol><li>One</li><li>Two</li></ol>"),
        ("3) Three\n4) Four", '<ol start="3"><li>Three</li><li>Four</li></ol>'),
        ("• an item that a\nprogram wrapped\n• Two", "<ul><li>an item that a program wrapped</li><li>Two</li></ul>"),
    ],
)
def test_lists_have_their_items(text, html):
    assert shown(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "2008. The ministry began.",
        "In the year\n2008. The ministry began.",
        "1. Only one",
        "12. March was the day.",
        "2008. The ministry began.\n2010. It ended.",
        "2. Second\n7. Seventh",
        "the ministry\n– now the agency –\nbegan",
        "* Footnote text",
        "+ plus item",
        "-5 persons",
        "---",
        "***",
        "> 20 villages",
        ">20 villages",
        "#1 of all",
        "[1]: Annex",
        "~~~",
        "| a | b |",
        "    indented",
        "\\\\server\\new",
        "D:\\_old\\[1]",
    ],
)
def test_what_only_looks_like_markdown_is_shown_as_typed(text):
    assert plain_text(text) == " ".join(text.split())
    assert not [tag for tag in ("<ul", "<ol", "<blockquote", "<hr", "<h3", "<code", "<table") if tag in shown(text)]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A title\n=====\n\nText", "<h3>A title</h3><p>Text</p>"),
        ("# A title #", "<h3>A title</h3>"),
        ("One\n\n***\n\nTwo", "<p>One</p><hr><p>Two</p>"),
        ("> quoted\n> twice", "<blockquote><p>quoted twice</p></blockquote>"),
        (
            "| a | b |\n|---|:-:|\n| 1 | *2* |",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
            "<tbody><tr><td>1</td><td><em>2</em></td></tr></tbody></table>",
        ),
    ],
)
def test_headings_rules_quotes_and_tables(text, html):
    assert shown(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("5*3*2 and a*b*c", "5*3*2 and a*b*c"),
        ("**two** *all* _one_", "<strong>two</strong> <em>all</em> <em>one</em>"),
        ("training_centre_one@example.org $x_1$", "training_centre_one@example.org $x_1$"),
        ("~~not~~ ~10 persons~", "~~not~~ ~10 persons~"),
        (r"C:\new\folder, a \* b, 5\*3", r"C:\new\folder, a * b, 5*3"),
        ("Ends with \\", "Ends with \\"),
    ],
)
def test_signs_within_a_line(text, html):
    assert shown(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1. One\n2. Two", "1. One 2. Two"),
        ("• One\n• Two", "• One • Two"),
        ("# Title\n\nText", "Title Text"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b; 1 | 2"),
    ],
)
def test_one_line_keeps_numbers_and_bullets(text, plain):
    assert plain_text(text) == plain


@pytest.mark.parametrize("line", ["2. x", "- x", "> x", "a|b", "---", "# x", "x" * 60 + " Y", "• x", "   – x"])
@pytest.mark.timeout(120)
def test_a_text_of_many_lines_is_read_in_the_end(line):
    """Reading that grew with the square of the lines would not end."""
    assert render_html("\n".join([line] * (60_000 // len(line))))

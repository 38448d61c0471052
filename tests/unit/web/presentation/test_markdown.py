"""What decides whether a text may hold Markdown."""

from hypothesis import example, given
from hypothesis import strategies as st

from portal.web.presentation import markdown


@given(source=st.text(alphabet="ab1.)- *\n\u2010(#", max_size=12))
@example(source="1. one")
@example(source="a-\nb")
def test_one_line_is_looked_at_as_many_are(source):
    assert markdown._may_be_markdown(source) == bool(markdown._MARKDOWN_SYNTAX.search(source))

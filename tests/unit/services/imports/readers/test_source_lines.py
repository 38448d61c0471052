"""How long a cell may be."""

from portal.services.imports.readers.source_lines import MAX_CELL_LENGTH, TOO_LONG, within_limit


def test_a_cell_may_be_as_long_as_the_limit_and_no_longer():
    longest = "x" * MAX_CELL_LENGTH
    assert within_limit(longest) == longest
    assert within_limit(longest + "x") == TOO_LONG

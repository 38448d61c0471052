"""The header of an import file, and what is said of one that does not do."""

import pytest

from portal.errors import UnreadableFile
from portal.services.imports.header import (
    KNOWN_COLUMNS,
    REQUIRED_COLUMNS,
    column_named,
    column_of,
    field_of,
    parse_header,
)
from portal.vocabulary.columns import LABELS


def test_columns_may_come_in_any_case_and_order():
    header = [*(f" {name.upper()} " for name in reversed(KNOWN_COLUMNS)), "", " "]
    assert parse_header(header, "in.csv") == tuple(reversed(KNOWN_COLUMNS))


def test_columns_may_be_called_by_the_labels_of_our_own_files():
    assert parse_header([f" {label.upper()}" for label in LABELS.values()], "in.csv") == tuple(LABELS)


def test_names_and_labels_may_stand_beside_each_other():
    header = [LABELS[name] if place % 2 else name for place, name in enumerate(REQUIRED_COLUMNS)]
    assert parse_header(header, "in.csv") == REQUIRED_COLUMNS


def test_a_label_beside_its_name_is_a_repetition():
    with pytest.raises(UnreadableFile, match="the header repeats 'project_id'"):
        parse_header([*REQUIRED_COLUMNS, "Projects ID"], "in.csv")


def test_every_column_that_is_read_has_a_label():
    assert set(KNOWN_COLUMNS) - LABELS.keys() == set()


def test_no_two_columns_share_a_label():
    names = [column_named(label) for label in LABELS.values()]
    assert names == list(LABELS)


def test_every_field_has_one_column():
    assert [column_of(field_of(column)) for column in KNOWN_COLUMNS] == list(KNOWN_COLUMNS)
    assert (field_of("project_id"), field_of("title")) == ("number", "title")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["title", "", "year"], "column 2 of the header has no name; name it or delete it."),
        (["title", "Title"], "the header repeats 'title'; keep each column once."),
        (
            REQUIRED_COLUMNS[:-2],
            "the first row is the header and lacks 'benefiting_member_states', 'summary'; "
            "add each missing column; it may be empty.",
        ),
        (
            ["x"],
            "the first row is the header and lacks "
            + ", ".join(map(repr, REQUIRED_COLUMNS[:10]))
            + " and 2 more; add each missing column; it may be empty.",
        ),
        (
            [*REQUIRED_COLUMNS, "colour" * 20],
            f"the header has unknown columns {'colour' * 10!r}; rename or delete them. "
            f"Known columns are {', '.join(KNOWN_COLUMNS)}.",
        ),
    ],
)
def test_what_is_wrong_is_said(header, said):
    with pytest.raises(UnreadableFile) as caught:
        parse_header(header, "in.csv")
    assert str(caught.value) == f"in.csv: {said}"

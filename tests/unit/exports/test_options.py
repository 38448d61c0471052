"""What a visitor chooses of a file."""

import pytest
from werkzeug.datastructures import MultiDict

from portal.exports.columns import UnknownColumn
from portal.exports.options import ExportOptions, InvalidOption


def parsed(*pairs):
    return ExportOptions.parse(MultiDict(pairs))


def test_defaults_leave_no_parameters():
    assert list(parsed().query_pairs()) == []
    assert list(parsed(("header", "labels"), ("bom", "1"), ("hxl", "0"), ("columns", "")).query_pairs()) == []


def test_choices_survive_a_round_trip():
    pairs = [("columns", "year"), ("columns", "title"), ("header", "keys"), ("bom", "0"), ("hxl", "1")]
    assert list(parsed(*pairs).query_pairs()) == pairs


def test_a_repeated_column_counts_once():
    assert [column.name for column in parsed(("columns", "year"), ("columns", "year")).columns] == ["year"]


def test_an_unknown_column_is_refused_with_the_known_ones():
    with pytest.raises(UnknownColumn, match=r"no column 'colour'\. The columns are project_id, title, "):
        parsed(("columns", "colour"))


@pytest.mark.parametrize(("name", "value"), [("header", "both"), ("bom", "yes"), ("hxl", "2")])
def test_an_unknown_value_is_refused_with_the_known_ones(name, value):
    with pytest.raises(InvalidOption, match=f"{name} is '{value}': it is "):
        parsed((name, value))

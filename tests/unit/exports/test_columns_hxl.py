"""The hashtags of the columns are those of HXL 1.1.

hxl_hashtags.csv has those that were released up to 1.1, from the core schema that HXL publishes at
https://data.humdata.org/dataset/hxl-core-schemas. Attributes are open: everybody may add some.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from portal.exports.columns import COLUMNS

with Path(__file__).with_name("hxl_hashtags.csv").open(encoding="utf-8", newline="") as file:
    HASHTAGS = {row["hashtag"] for row in csv.DictReader(file)}
# Lower case here, as the standard recommends; a language is i_ and its code, a vocabulary v_ and its name.
ATTRIBUTE = re.compile("[a-z][a-z0-9_]*")
# Attributes that the dictionary gives a meaning of its own, and what they may stand beside.
_NAMED = {"#activity", "#country", "#region", "#sector", "#status", "#subsector"}
DEFINED = {
    "budget": {"#value"}, "code": _NAMED | {"#indicator"}, "end": {"#date"}, "id": {"#meta"}, "name": _NAMED,
    "pct": {"#indicator"}, "source": {"#meta"}, "start": {"#date"}, "url": {"#meta"},
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_has_a_hashtag_of_the_standard_and_valid_attributes(column):
    hashtag, *attributes = column.hxl.split("+")
    assert hashtag in HASHTAGS
    assert all(map(ATTRIBUTE.fullmatch, attributes))
    assert [name for name in attributes if hashtag not in DEFINED.get(name, {hashtag})] == []


def test_no_two_columns_have_the_same_hashtag():
    assert [hxl for hxl, count in Counter(column.hxl for column in COLUMNS).items() if count > 1] == []

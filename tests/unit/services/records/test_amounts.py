"""Amounts: what means one number is read, what may mean two is asked about."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.services.records.amounts import (
    AmbiguousAmount,
    NotAnAmount,
    NumberCell,
    commas_divide_thousands,
    plain_cents,
    read_amount,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64240", "64240"),
        ("64240.50", "64240.50"),
        ("64240,50", "64240.50"),
        ("64,24", "64.24"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("64 240", "64240"),
        ("64 240,50", "64240.50"),
        ("64'240.50", "64240.50"),
        ("64’240", "64240"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("007", "7"),
    ],
)
def test_an_amount_with_one_meaning_is_read(text, value):
    assert read_amount(text).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "question", "advice"),
    [
        ("64.240", "Is this 64,240 or 64.24?", "Write 64240 or 64.24."),
        ("64,240", "Is this 64,240 or 64.24?", "Write 64240 or 64.24."),
        ("64.245", "Is this 64,245 or 64.25?", "Write 64245 or 64.25."),
        ("8.634", "Is this 8,634 or 8.63?", "Write 8634 or 8.63."),
        ("10.000", "Is this 10,000 or 10?", "Write 10000 or 10."),
        ("1234.567", "Is this 1,234,567 or 1,234.57?", "Write 1234567 or 1234.57."),
    ],
)
def test_an_amount_with_two_meanings_is_asked_about(text, question, advice):
    with pytest.raises(AmbiguousAmount) as raised:
        read_amount(text)
    assert (raised.value.question, raised.value.advice) == (question, advice)


@pytest.mark.parametrize(
    ("text", "value"), [("64.24", "64.24"), ("64.245", "64.25"), ("33333.3333333333", "33333.33"), ("1e-05", "0")]
)
def test_a_number_cell_is_never_ambiguous(text, value):
    assert read_amount(NumberCell(text)).value == Decimal(value)


def test_an_amount_out_of_a_formula_is_rounded_and_says_so():
    assert read_amount("33333.3333333333").is_rounded
    assert read_amount("33333.3333333333").value == Decimal("33333.33")
    assert not read_amount("64.2400").is_rounded


@pytest.mark.parametrize("text", ["", "abc", "12,34,567", "64,240,50", "1e5", ".5", "5.", "1 23", "1" * 41, "٣"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotAnAmount):
        read_amount(text)


@pytest.mark.parametrize(
    ("texts", "is_shown"),
    [
        (["64,240"], False),
        (["64,240", "64240"], False),
        (["64,240", "1,234,567"], True),
        (["64,240", "64,240.50"], True),
        (["64,240", "64240.00"], True),
        (["64,240", "64240.00", "64240,50"], False),
        (["64,240", "1.234.567"], False),
        (["64,240", "64.240,5"], False),
        (["64,240", "abc", ""], False),
    ],
)
def test_the_amounts_of_a_file_show_what_a_comma_divides(texts, is_shown):
    assert commas_divide_thousands(texts) == is_shown


def test_the_other_amounts_of_a_file_settle_an_ambiguous_comma():
    assert read_amount("64,240", comma_groups=lambda: True).value == 64240
    with pytest.raises(AmbiguousAmount):
        read_amount("64.240", comma_groups=lambda: True)


@given(st.from_regex(r"[0-9 ,.-]{1,15}", fullmatch=True))
@example("64240")
@example("64240.50")
@example("007.10")
@example("999999999999.99")
@example("999999999999999.99")
def test_a_plain_amount_is_the_amount_that_the_general_way_reads(text):
    if (cents := plain_cents(text)) is not None:
        amount = read_amount(text)
        assert (amount.value * 100, amount.has_separators, amount.is_rounded) == (cents, False, False)


@pytest.mark.parametrize("text", ["64,240", "64.240", "64240.5", "-5", "1e5", "", "1234567890123456", "٣"])
def test_any_other_amount_is_left_to_the_general_way(text):
    assert plain_cents(text) is None

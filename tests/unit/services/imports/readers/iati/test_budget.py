"""The sum of the budgets of an activity."""

import pytest


def budget(value, start="2020-01-01", end="2020-12-31", kind="1", currency=""):
    stated = f' currency="{currency}"' if currency else ""
    return (
        f'<budget type="{kind}"><period-start iso-date="{start}"/><period-end iso-date="{end}"/>'
        f"<value{stated}>{value}</value></budget>"
    )


def year(number, value, kind="1"):
    return budget(value, f"{number}-01-01", f"{number}-12-31", kind)


@pytest.mark.parametrize(
    ("elements", "total"),
    [
        ("", ""),
        (budget("100"), "100"),
        (year(2020, "0.10") + year(2021, "0.20"), "0.30"),
        (year(2020, "14155.0825000000") * 8, "113240.6600000000"),
        # Two budgets of one period and type belong together.
        (year(2020, "1") + year(2020, "2"), "3"),
        # A revised budget is in place of the original one, not beside it.
        (year(2020, "100") + year(2020, "120", "2"), "120"),
        (year(2020, "100") + year(2021, "100") + year(2021, "150", "2"), "250"),
        (year(2021, "150", "2") + year(2020, "100"), "250"),
        (budget("-5"), "-5"),
        (budget("0.00"), "0.00"),
        (budget("lots"), "lots"),
        (budget("1e999999999"), "1e999999999"),
        (budget("NaN"), "NaN"),
        ("<budget/>", ""),
        (budget(""), ""),
    ],
)
def test_budgets_are_added(read, elements, total):
    assert read(elements)[0].get("budget", "") == total


@pytest.mark.parametrize(
    ("elements", "default", "note"),
    [
        (budget("100", currency="EUR"), "USD", "EUR (1)"),
        (budget("100"), "GBP", "GBP (1)"),
        (budget("100", currency="usd") + budget("100", currency="EUR"), "USD", "EUR (1)"),
        (budget("100"), "", "no currency (1)"),
    ],
)
def test_an_amount_in_another_currency_is_counted_and_makes_no_sum(read, elements, default, note):
    row, notes = read(elements, attributes=f'default-currency="{default}"')
    assert "budget" not in row
    assert notes[-1] == f"Amounts in other currencies than US dollars are not converted: {note}"

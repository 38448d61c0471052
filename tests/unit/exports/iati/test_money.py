from datetime import UTC, datetime

from portal.exports.iati.omissions import Reason
from tests.iati.records import activity_of, omitted, term


def test_the_whole_budget_is_a_commitment_of_the_year_of_allocation():
    commitment = activity_of(year=2020, budget=15_000_001).find("transaction")
    assert commitment.find("transaction-type").get("code") == "2"
    assert commitment.find("transaction-date").get("iso-date") == "2020-01-01"
    assert commitment.findtext("value") == "150000.01"


def test_the_commitment_says_that_only_its_year_is_known():
    assert activity_of(year=2020).findtext("transaction/description/narrative") == (
        "Allocated budget. Only the year 2020 is known."
    )


def test_a_budget_of_more_than_a_year_is_no_budget_of_iati():
    assert activity_of(start="2021", end="2023").find("budget") is None


def test_a_budget_of_a_year_states_its_period():
    budget = activity_of(start="2021", end="2021", year=2020).find("budget")
    assert (budget.get("type"), budget.get("status")) == ("1", "2")
    assert budget.find("period-start").get("iso-date") == "2021-01-01"
    assert budget.find("period-end").get("iso-date") == "2021-12-31"
    assert budget.find("value").get("value-date") == "2020-01-01"
    assert budget.findtext("value") == "150000.00"


def test_a_budget_without_a_year_of_allocation_is_valued_at_its_start():
    assert activity_of(start="2021-05", end="2021-07", year=None).find("budget/value").get("value-date") == "2021-05-01"


def test_a_budget_of_the_future_is_valued_when_it_was_stated():
    activity = activity_of(
        status=term("status", "active"), start="2027", end="2027", year=None,
        changed_at=datetime(2026, 3, 4, tzinfo=UTC),
    )  # fmt: skip
    assert activity.find("budget/value").get("value-date") == "2026-03-04"


def test_a_long_budget_without_a_year_of_allocation_is_reported():
    assert activity_of(year=None).find("transaction") is None
    assert ("budget_usd", Reason.BUDGET) in omitted(year=None)


def test_an_allocation_in_the_future_is_no_commitment():
    assert activity_of(year=2027).find("transaction") is None
    assert {("year", Reason.YEAR), ("budget_usd", Reason.BUDGET)} <= set(omitted(year=2027))


def test_a_year_without_a_budget_is_reported():
    assert activity_of(budget=None).find("transaction") is None
    assert ("year", Reason.YEAR) in omitted(budget=None)


def test_a_project_without_budget_and_year_misses_nothing():
    assert {field for field, _ in omitted(budget=None, year=None)} == {"region"}


def test_a_budget_of_zero_is_stated():
    assert activity_of(budget=0).findtext("transaction/value") == "0.00"


def test_what_is_left_out_stands_in_the_record_at_the_end():
    own = activity_of(year=2027, budget=64)[-1]
    assert (own.get("year"), own.get("budget")) == ("2027", "0.64")

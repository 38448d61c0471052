"""360Giving: packages by the rules of the standard; what a grant needs and a record lacks is counted, not invented."""

import json

import jsonschema
import pytest

from portal.config import ROOT


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((ROOT / "tests" / "schemas" / "grants360.json").read_text(encoding="utf-8"))
    kind = jsonschema.Draft202012Validator
    # Without a checker of formats, "soon" passes for a day.
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def faults(validator, package):
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(package)]


@pytest.fixture
def package(odd_records, file_at):
    return json.loads(file_at("/projects.360.json?sort=title"))


def test_a_package_keeps_the_rules(package, validator):
    assert faults(validator, package) == []


def test_the_sample_keeps_the_rules(sample, file_at, validator):
    package = json.loads(file_at("/projects.360.json"))
    assert len(package["grants"]) == 56
    assert faults(validator, package) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("awardDate", "soon"), ("awardDate", "2019-02-30"), ("awardDate", "2019"), ("url", "no address"), ("title", ""),
     ("amountAwarded", "12")],
)  # fmt: skip
def test_a_broken_grant_is_told(package, validator, name, value):
    package["grants"][0][name] = value
    assert len(faults(validator, package)) == 1


def test_a_selection_of_nothing_breaks_one_rule_alone(odd_records, file_at, validator):
    """The standard knows no package without a grant."""
    package = json.loads(file_at("/projects.360.json?q=zzzz"))
    assert faults(validator, package) == ["$.grants: [] should be non-empty"]
    assert package["description"].startswith("No projects.")


def test_what_lacks_a_required_fact_is_left_out_and_counted(package):
    assert [grant["title"] for grant in package["grants"]] == ["Days & <months>", "Zero dollars"]
    assert package["description"].startswith(
        "2 of 4 projects. Left out, because a grant needs it: 1 with no budget, 1 with no summary."
    )


def test_a_grant_says_what_the_record_says(package):
    grant = package["grants"][0]
    assert grant["id"] == "127.0.0.1-LM.0001"
    assert grant["amountAwarded"] == 64240.5
    assert grant["plannedDates"] == [{"startDate": "2008-05-31", "endDate": "2009-12"}]
    assert grant["dataSource"] == "https://example.org/%C3%A9?a=b%20c"
    assert grant["locationScope"] == "GLS020"
    assert grant["grantProgramme"] == [{"title": "Line 2"}]
    assert {"vocabulary": "Sustainable Development Goals", "code": "8.8", "title": "Labour rights"} in (
        grant["classifications"]
    )


def test_the_year_of_the_award_is_all_that_is_known_of_its_day(package):
    assert (package["grants"][0]["awardDate"], package["grants"][0]["yearOfAllocation"]) == ("2008-01-01", 2008)
    assert "awardDate is the first day of that year" in package["description"]


def test_a_country_that_the_standard_does_not_list_has_a_name_alone(package):
    assert package["grants"][0]["beneficiaryLocation"] == [
        {"name": "Fiji", "countryCode": "FJ"},
        {"name": "Kenya", "countryCode": "KE"},
        {"name": "Kosovo (UNSCR 1244)"},
    ]


def test_no_dollars_are_an_amount(package):
    assert package["grants"][1]["amountAwarded"] == 0

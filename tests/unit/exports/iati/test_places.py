from decimal import Decimal

import pytest

from portal.exports.iati.omissions import Reason
from tests.iati.records import activity_of, all_countries, countries, omitted, own_term, term


def shares(activity):
    return [Decimal(each.get("percentage")) for each in activity.iterfind("recipient-country")]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 47, 155, 250])
def test_the_shares_of_the_states_total_exactly_100(count):
    activity = activity_of(countries=all_countries()[:count])
    assert len(shares(activity)) == count
    assert sum(shares(activity)) == Decimal("100.00")


def test_states_have_codes_of_two_letters():
    activity = activity_of(countries=countries("KEN", "XKX"))
    assert [each.get("code") for each in activity.iterfind("recipient-country")] == ["KE", "XK"]


def test_a_region_is_left_out_where_states_are_known():
    assert activity_of().find("recipient-region") is None
    assert ("region", Reason.REGION) in omitted()


def test_a_region_of_the_dac_has_its_code():
    region = activity_of(countries=()).find("recipient-region")
    assert dict(region.attrib) == {"vocabulary": "1", "code": "298", "percentage": "100"}


@pytest.mark.parametrize("code", ["asia-and-oceania", "latin-america-and-the-caribbean", "global"])
def test_another_region_is_one_of_our_own_list(code):
    region = activity_of(countries=(), region=term("region", code)).find("recipient-region")
    assert dict(region.attrib) == {
        "vocabulary": "99", "vocabulary-uri": "https://portal.example.org/iati/codelists/region.xml",
        "code": code, "percentage": "100",
    }  # fmt: skip
    assert region.findtext("narrative") == term("region", code).name


def test_a_project_without_a_place_is_reported():
    activity = activity_of(countries=(), region=None)
    assert (activity.find("recipient-country"), activity.find("recipient-region")) == (None, None)
    assert ("benefiting_member_states", Reason.NO_PLACE) in omitted(countries=(), region=None)


def test_a_state_without_a_code_leaves_no_share_untrue():
    states = (*countries("KEN"), own_term("country", "ATL", "Atlantis"))
    assert shares(activity_of(countries=states)) == []
    assert ("benefiting_member_states", Reason.COUNTRY_CODE) in omitted(countries=states)


def test_other_countries_are_places_without_a_share():
    activity = activity_of(other_countries=countries("CHL", "URY"))
    assert [each.get("code") for each in activity.iterfind("location/administrative")] == ["CL", "UY"]
    assert shares(activity) == [Decimal("100.00")]


def test_another_country_without_a_code_is_reported():
    others = (own_term("country", "ATL", "Atlantis"),)
    assert activity_of(other_countries=others).find("location") is None
    assert ("other_countries", Reason.OTHER_COUNTRY_CODE) in omitted(other_countries=others)


def test_shares_that_do_not_total_100_are_put_in_proportion():
    activity = activity_of(countries=all_countries()[:2], shares=(6_000, 3_000))
    assert shares(activity) == [Decimal("66.67"), Decimal("33.33")]


def test_stated_shares_are_the_percentages():
    activity = activity_of(countries=all_countries()[:2], shares=(6_667, 3_333))
    assert shares(activity) == [Decimal("66.67"), Decimal("33.33")]

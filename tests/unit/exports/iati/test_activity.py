import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exports.iati.activity import Publication, express
from portal.exports.iati.omissions import WHOLE_PROJECT, Reason
from portal.exports.iati.organisations import IOM, Reporter
from portal.vocabulary.iati import NAMESPACE
from tests.iati.records import (
    PUBLICATION,
    TODAY,
    activity_of,
    all_countries,
    countries,
    file_of,
    make_record,
    omitted,
    own_term,
    term,
)
from tests.iati.rules import faults
from tests.loops import not_empty

XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def language(path, **changes):
    return activity_of(**changes).find(path).get(XML_LANGUAGE)


def test_a_complete_record_has_no_fault():
    assert faults(file_of(make_record(sdg=(term("sdg", "8"), term("sdg", "8.8")), gcm=(term("gcm", "6"),)))) == []


def test_the_identifier_is_that_of_the_reporter_and_the_projects_id():
    assert activity_of().findtext("iati-identifier") == "AA-AAA-123456789-LM.0024"


def test_the_reporter_is_a_secondary_one():
    reporter = activity_of().find("reporting-org")
    assert dict(reporter.attrib) == {"ref": "AA-AAA-123456789", "type": "90", "secondary-reporter": "1"}


def test_iom_is_a_primary_reporter_when_it_says_so():
    publication = Publication(Reporter(IOM, is_secondary=False), "https://example.org", TODAY)
    assert 'ref="XM-DAC-47066" type="40" secondary-reporter="0"' in express(make_record(), publication).xml


def test_the_prima_id_is_another_identifier():
    other = activity_of().find("other-identifier")
    assert (other.get("type"), other.get("ref")) == ("A1", "KE10P0532")
    assert other.find("owner-org").get("ref") == "XM-DAC-47066"


def test_a_record_without_a_prima_id_has_no_other_identifier():
    assert activity_of(prima_id="").find("other-identifier") is None


def test_the_fund_pays_and_iom_carries_out():
    names = {each.get("role"): each.findtext("narrative") for each in activity_of().iterfind("participating-org")}
    assert names == {"1": "IOM Development Fund", "4": "International Organization for Migration"}


def test_the_moment_of_the_last_change_is_stated():
    assert activity_of().get("last-updated-datetime") == "2026-03-04T05:06:07Z"


def test_amounts_are_in_us_dollars():
    assert activity_of().get("default-currency") == "USD"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reference": ""}, Reason.NO_PROJECTS_ID),
        ({"reference": "LM/0024"}, Reason.IDENTIFIER),
        ({"reference": "LM.0024?"}, Reason.IDENTIFIER),
        ({"reference": "LM\x1a0024"}, Reason.IDENTIFIER),
        ({"reference": "LM.0024\n"}, Reason.IDENTIFIER),
        ({"reference": " LM.0024"}, Reason.IDENTIFIER),
        ({"status": None}, Reason.NO_STATUS),
        ({"status": own_term("status", "dormant", "Dormant")}, Reason.STATUS),
        ({"start": "", "end": ""}, Reason.NO_DATE),
    ],
)
def test_a_record_that_iati_cannot_identify_or_date_is_left_out(changes, reason):
    assert express(make_record(**changes), PUBLICATION).xml == ""
    assert omitted(**changes) == [(WHOLE_PROJECT, reason)]


def test_a_legacy_identifier_is_one_too():
    assert activity_of(reference="TB4-805").findtext("iati-identifier") == "AA-AAA-123456789-TB4-805"


@pytest.mark.parametrize(("code", "status"), [("active", "2"), ("completed", "4")])
def test_a_status_has_its_code(code, status):
    assert activity_of(status=term("status", code)).find("activity-status").get("code") == status


def test_texts_have_the_language_that_the_record_states():
    assert language("title/narrative", title_language="fr") == "fr"
    assert language("description/narrative", language="es") == "es"


def test_a_text_without_a_stated_language_has_none():
    assert language("title/narrative", title_language="") is None
    assert activity_of(title_language="").get(XML_LANGUAGE) is None


def test_a_language_outside_the_list_is_reported():
    assert language("title/narrative", title_language="fil") is None
    assert ("title_language", Reason.LANGUAGE) in omitted(title_language="fil")


def test_a_title_stands_for_a_missing_summary():
    activity = activity_of(summary="", language="", title_language="fr")
    assert activity.findtext("description/narrative") == "Fair recruitment"
    assert activity.find("description/narrative").get(XML_LANGUAGE) == "fr"
    assert ("summary", Reason.NO_SUMMARY) in omitted(summary="")


def test_a_summary_keeps_its_paragraphs():
    assert activity_of().findtext("description/narrative") == "Trains inspectors.\n\nPublishes a register."


def test_removed_characters_are_reported():
    assert activity_of(summary="A\x1aB").findtext("description/narrative") == "AB"
    assert ("summary", Reason.CHARACTERS) in omitted(summary="A\x1aB")


@pytest.mark.parametrize(
    ("coverage", "scope"), [("national", "4"), ("regional", "2"), ("multi-regional", "3"), ("global", "1")]
)
def test_a_coverage_is_a_scope(coverage, scope):
    assert activity_of(coverage=term("coverage", coverage)).find("activity-scope").get("code") == scope


def test_a_coverage_of_an_operator_is_reported():
    coverage = own_term("coverage", "lunar", "Lunar")
    assert activity_of(coverage=coverage).find("activity-scope") is None
    assert ("coverage", Reason.SCOPE) in omitted(coverage=coverage)


def test_a_record_without_coverage_has_no_scope():
    assert activity_of(coverage=None).find("activity-scope") is None


@pytest.mark.parametrize(
    ("code", "purpose"),
    [
        ("labour-migration", "15190"),
        ("migration-research-and-publication", "13096"),
        ("environment-and-climate-change", "41010"),
        ("health-promotion-and-assistance-for-migrants", "12110"),
    ],
)
def test_a_type_is_a_purpose_of_the_dac_and_one_of_our_own(code, purpose):
    sectors = {each.get("vocabulary"): each for each in activity_of(type=term("type", code)).iterfind("sector")}
    assert {vocabulary: sector.get("code") for vocabulary, sector in sectors.items()} == {"1": purpose, "99": code}
    assert sectors["99"].get("vocabulary-uri") == "https://portal.example.org/iati/codelists/type.xml"
    assert sectors["99"].findtext("narrative") == term("type", code).name


def test_sectors_are_all_of_the_activity_in_each_vocabulary():
    assert [each.get("percentage") for each in activity_of().iterfind("sector")] == ["100", "100"]


def test_a_type_of_an_operator_is_of_our_own_list_alone():
    sectors = activity_of(type=own_term("type", "goats", "Goats")).findall("sector")
    assert [(each.get("vocabulary"), each.get("code")) for each in sectors] == [("99", "goats")]


def test_a_record_without_a_type_has_no_specified_sector():
    assert [each.get("code") for each in activity_of(type=None).iterfind("sector")] == ["99810"]
    assert ("project_type", Reason.NO_TYPE) in omitted(type=None)


def test_goals_targets_and_objectives_are_tags():
    tags = activity_of(sdg=(term("sdg", "8"), term("sdg", "10.c")), gcm=(term("gcm", "6"),)).findall("tag")
    assert [(each.get("vocabulary"), each.get("code")) for each in tags] == [("2", "8"), ("3", "10.c"), ("99", "6")]


def test_an_objective_says_where_its_list_is():
    tag = activity_of(gcm=(term("gcm", "6"),)).find("tag")
    assert tag.get("vocabulary-uri") == "https://portal.example.org/iati/codelists/gcm.xml"
    assert tag.findtext("narrative") == "Fair recruitment and decent work"


def test_a_goal_of_an_operator_is_reported():
    goals = (own_term("sdg", "18", "Space"),)
    assert activity_of(sdg=goals).find("tag") is None
    assert ("sdg", Reason.SDG) in omitted(sdg=goals)


def test_the_page_of_the_project_and_its_source_are_linked():
    links = activity_of().findall("document-link")
    assert [each.get("url") for each in links] == [
        "https://portal.example.org/projects/LM.0024", "https://iom.int/project/fair"
    ]  # fmt: skip
    assert [each.find("category").get("code") for each in links] == ["A12", "A12"]


def test_the_page_of_a_project_with_an_odd_key_has_an_address():
    assert activity_of(key="a key/é").find("document-link").get("url").endswith("/projects/a%20key/%C3%A9")


def test_a_source_that_is_a_pdf_is_said_to_be_one():
    assert activity_of(source_url="https://iom.int/a.pdf?x=1").findall("document-link")[1].get("format") == (
        "application/pdf"
    )


@pytest.mark.parametrize("source", ["iom.int/project", "ftp://iom.int/x", "https://iom.int/a b", "javascript:x"])
def test_a_source_that_is_no_web_address_is_reported(source):
    assert len(activity_of(source_url=source).findall("document-link")) == 1
    assert ("source_url", Reason.SOURCE) in omitted(source_url=source)


def test_a_record_without_a_source_has_one_link():
    assert len(activity_of(source_url="").findall("document-link")) == 1


def test_a_funding_line_stands_only_in_our_own_element():
    assert activity_of(funding_line="2")[-1].get("funding-line") == "2"
    assert ("funding_line", Reason.FUNDING_LINE) in omitted(funding_line="2")


def test_our_own_element_stands_last():
    own = activity_of(is_sample=True)[-1]
    assert own.tag == f"{{{NAMESPACE}}}record"
    assert dict(own.attrib) == {
        "key": "LM.0024", "start": "2021", "end": "2023", "year": "2020", "budget": "150000.00",
        "status": "completed", "coverage": "national", "region": "africa", "sample": "true",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "stated"),
    [
        ({"language": "en-GB"}, {"language": "en-GB"}),
        ({"language": "en"}, {}),
        ({"title_language": "sr-Latn"}, {"title-language": "sr-Latn"}),
        ({"summary": "", "language": "fr"}, {"summary": "none", "language": "fr"}),
        ({"source_url": "https://example.org/a b"}, {"source": "https://example.org/a b"}),
        ({"source_url": "https://example.org/a"}, {}),
        (
            {"countries": (term("country", "KEN"), term("country", "UGA")), "shares": (6_000, 4_000)},
            {"shares": "60; 40"},
        ),
    ],
)
def test_our_own_element_states_what_the_standard_says_less_exactly(changes, stated):
    names = {"language", "title-language", "summary", "source", "shares"}
    own = activity_of(**changes)[-1].attrib
    assert {name: own[name] for name in names & set(own)} == stated


TEXTS = st.text(max_size=40)
TERMS = {
    facet: st.sampled_from([None, own_term(facet, "a-b", "A & B"), *(term(facet, code) for code in codes)])
    for facet, codes in {
        "status": ("active", "completed"), "type": ("labour-migration", "durable-solutions"),
        "coverage": ("national", "global"), "region": ("africa", "global", "europe"),
    }.items()
}  # fmt: skip
DATES = st.sampled_from(["", "1947", "2008", "2008-05", "2020-02-29", "2026", "2026-11-28", "2026-11-29", "2031"])
STATES = st.lists(st.sampled_from([*all_countries()[:60], own_term("country", "ATL", "Atlantis")]), unique=True)
RECORDS = st.builds(
    make_record, key=st.text(min_size=1, max_size=20), reference=TEXTS, prima_id=TEXTS,
    title=TEXTS.filter(lambda text: any(character.isalnum() for character in text)),
    title_language=st.sampled_from(["", "en", "fil", "pt-BR"]), summary=st.one_of(st.just(""), st.just("Text & <b>")),
    language=st.sampled_from(["", "fr", "xx"]), start=DATES, end=DATES, year=st.sampled_from([None, 1990, 2026, 2031]),
    budget=st.one_of(st.none(), st.integers(0, 10**17)), status=TERMS["status"], type=TERMS["type"],
    coverage=TERMS["coverage"], region=TERMS["region"], funding_line=TEXTS, source_url=st.one_of(TEXTS, st.just("http://[::1/")),
    countries=STATES.map(tuple), other_countries=STATES.map(tuple),
    sdg=st.sampled_from([(), (term("sdg", "8"), term("sdg", "8.8"), own_term("sdg", "8.99", "None"))]),
    gcm=st.sampled_from([(), (term("gcm", "1"), term("gcm", "23"))]),
)  # fmt: skip


@given(RECORDS)
def test_any_record_is_a_faultless_activity_or_left_out_with_a_reason(record):
    expressed = express(record, PUBLICATION)
    if expressed.xml:
        assert faults(file_of(record)) == []
    else:
        assert [omission.field for omission in expressed.omissions] == [WHOLE_PROJECT]


def test_a_hundred_records_with_every_number_of_states_have_no_fault():
    records = [
        make_record(reference=f"LM.{count:04}", countries=all_countries()[:count], sdg=(term("sdg", "8"),))
        for count in range(100)
    ]
    assert faults(file_of(*not_empty(records))) == []


def test_states_that_are_named_are_the_only_places():
    assert faults(file_of(make_record(countries=countries("KEN"), other_countries=countries("KEN")))) == []

"""Single field values, read from forms and files."""

import pytest

from portal.models import PartialDate, Term
from portal.services.records import submission_checks
from portal.services.records.codes import read_codes, read_countries, read_term
from portal.services.records.field_values import (
    FieldValidation,
    OptionalTerm,
    read_budget,
    read_date,
    read_year,
)
from portal.services.records.spellings import TermLookup
from tests.factories import COMPLETE


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("8;8.8", ["8", "8.8"]),
        (" 8 ;; 8.8;", ["8", "8.8"]),
        ("", []),
        (("8", "8.8"), ["8", "8.8"]),
        (("8;8.8",), ["8;8.8"]),
        ((" 8 ", "", "8.8\u200b"), ["8", "8.8"]),
        ((), []),
    ],
)
def test_a_text_is_split_at_semicolons_and_a_code_is_not(value, parts):
    assert FieldValidation({"sdg": value}).parts("sdg") == parts


def test_the_error_names_a_code_with_a_semicolon_as_a_whole(session):
    (error,) = submission_checks.find_errors(session(), COMPLETE.replace(sdg=("8;8.8",)))
    assert str(error).startswith("'8;8.8' is not a known code.")


def test_a_cleaned_code_is_reported_once():
    validation = FieldValidation({"sdg": ("8", "8.8\u200b")})
    validation.parts("sdg")
    assert [(finding.field, finding.kind) for finding in validation.findings] == [("sdg", "repaired")]


ADVICE_ON_DATES = "Enter a year (2008), a month (2008-05) or a day (2008-05-31)"
ADVICE_ON_AMOUNTS = "Enter US dollars as 64240 or 64240.00, without a currency sign"


def findings(validation):
    return [(finding.kind, finding.field, finding.reason, finding.advice) for finding in validation.findings]


@pytest.mark.parametrize(("text", "date"), [("2008", "2008"), (" 2008-05 ", "2008-05"), ("1900", "1900"), ("", None)])
def test_a_date_is_as_exact_as_it_is_written(text, date):
    validation = FieldValidation({"end": text})
    assert read_date(validation, "end") == (date and PartialDate.parse(date))
    assert not validation.is_refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "This is not a date"),
        ("2008-13", "This is not a date"),
        ("1899", "The year is not between 1900 and 2199"),
        ("2200-01", "The year is not between 1900 and 2199"),
    ],
)
def test_what_is_no_date_is_refused(text, reason):
    validation = FieldValidation({"end": text})
    read_date(validation, "end")
    assert validation.is_refused
    assert findings(validation) == [("refused", "end", reason, ADVICE_ON_DATES)]


@pytest.mark.parametrize("name", ["year", "start"])
@pytest.mark.parametrize(("year", "is_noted"), [("2000", True), ("2001", False), ("2026", False), ("2199", True)])
def test_a_year_before_the_fund_or_far_ahead_is_noted(name, year, is_noted):
    validation = FieldValidation({name: year})
    read_year(validation) if name == "year" else read_date(validation, name)
    assert [finding.kind for finding in validation.findings] == ["note"] * is_noted


@pytest.mark.parametrize(("text", "year"), [("1900", 1900), ("2199", 2199), ("", None)])
def test_a_year_has_four_digits(text, year):
    assert read_year(FieldValidation({"year": text})) == year


@pytest.mark.parametrize("text", ["1899", "2200", "208", "20080", "2008.0", "MMVIII"])
def test_what_is_no_year_is_refused(text):
    validation = FieldValidation({"year": text})
    assert read_year(validation) is None
    assert findings(validation) == [
        ("refused", "year", "This is not a year of allocation", "Enter four digits, 1900 to 2199")
    ]


@pytest.mark.parametrize(
    ("text", "cents"),
    [("", None), ("0", 0), ("64240", 6424000), ("64240.5", 6424050), ("0.01", 1), ("1" + "0" * 12, 10**14)],
)
def test_an_amount_is_kept_in_cents(text, cents):
    validation = FieldValidation({"budget": text})
    assert read_budget(validation) == cents
    assert validation.findings == []


@pytest.mark.parametrize("text", ["64,240.50", "64 240.50", "64\u00a0240.50", "64\u202f240.50"])
def test_separators_of_thousands_are_removed(text):
    validation = FieldValidation({"budget": text})
    assert read_budget(validation) == 6424050
    assert findings(validation) == [("repaired", "budget", "The amount was read as 64240.50", "Nothing to do")]


@pytest.mark.parametrize(
    ("text", "reason", "advice"),
    [
        ("a lot", "This is not an amount", ADVICE_ON_AMOUNTS),
        ("-0.01", "The budget is negative", "Enter zero or more, or leave it empty"),
        ("1" + "0" * 12 + ".01", "The budget is above 1,000,000,000,000 US dollars", "Check the amount"),
        ("1.005", "Is this 1,005 or 1.01?", "Write 1005 or 1.01"),
    ],
)
def test_what_is_no_budget_is_refused(text, reason, advice):
    validation = FieldValidation({"budget": text})
    assert read_budget(validation) is None
    assert validation.is_refused
    assert findings(validation) == [("refused", "budget", reason, advice)]


@pytest.fixture
def lookup(session):
    return TermLookup.load(session())


def test_a_term_is_found_by_any_name(lookup):
    french, code = (
        read_term(FieldValidation({"region": text}), "region", "region", lookup) for text in ("Afrique", "africa")
    )
    assert french == code
    assert read_term(FieldValidation({"region": ""}), "region", "region", lookup) is None


def test_an_unknown_term_is_refused_with_the_closest_one(lookup):
    validation = FieldValidation({"status": "Compleeted", "region": "Moon"})
    assert read_term(validation, "status", "status", lookup) is None
    assert read_term(validation, "region", "region", lookup) is None
    assert findings(validation) == [
        ("refused", "status", "The term is not in the list status",
         "Did you mean 'Completed'? Correct the term, or import with --new-terms add"),
        ("refused", "region", "The term is not in the list region",
         "Use a term of the list, or import with --new-terms add"),
    ]  # fmt: skip


def test_a_new_term_is_taken_in_and_reported_once_it_is_stored(session):
    accepting = TermLookup.load(session(), accepts_new=True)
    validation = FieldValidation({"project_type": "Salt mining"})
    assert read_term(validation, "project_type", "type", accepting) == -1
    assert findings(validation) == []


def test_countries_count_once_in_their_order(lookup):
    validation = FieldValidation({"countries": "Togo; Ghana; TGO; Swaziland"})
    codes = {lookup.by_code("country", code): code for code in ("TGO", "GHA", "SWZ")}
    assert [codes[term_id] for term_id in read_countries(validation, "countries", lookup)] == ["TGO", "GHA", "SWZ"]
    assert findings(validation) == [
        ("repaired", "countries", "'TGO' is repeated; it was stored once", "Nothing to do"),
        ("repaired", "countries", "'Swaziland' was interpreted as 'Eswatini'", "Nothing to do"),
    ]


def test_an_unknown_country_is_refused(lookup):
    validation = FieldValidation({"countries": "Gahna;Atlantis-on-Sea;Togo"})
    assert len(read_countries(validation, "countries", lookup)) == 1
    assert findings(validation) == [
        ("refused", "countries", "'Gahna' is not a known country", "Did you mean 'Ghana'?"),
        ("refused", "countries", "'Atlantis-on-Sea' is not a known country",
         "Use the UN short name; separate several with semicolons"),
    ]  # fmt: skip


def test_codes_are_read_in_any_case(lookup):
    validation = FieldValidation({"sdg": "10.7;8.8", "gcm": "6;99"})
    assert read_codes(validation, "sdg", lookup) == [lookup.by_code("sdg", "10.7"), lookup.by_code("sdg", "8.8")]
    assert read_codes(validation, "gcm", lookup) == [lookup.by_code("gcm", "6")]
    assert findings(validation) == [
        ("refused", "gcm", "'99' is not a known code", "Use the number of the Goal, target or objective")
    ]


def test_a_code_with_words_around_it_is_read_and_said(lookup):
    validation = FieldValidation({"sdg": "Goals 8 and 10;10.7"})
    assert read_codes(validation, "sdg", lookup) == [lookup.by_code("sdg", code) for code in ("8", "10", "10.7")]
    assert findings(validation) == [("repaired", "sdg", "'Goals 8 and 10' was read as 8 and 10", "Nothing to do")]


def test_paragraphs_keep_their_lines():
    validation = FieldValidation({"summary": "One\u200b.\r\nTwo.", "title": "Plain"})
    assert validation.paragraphs("summary") == "One.\nTwo."
    assert validation.paragraphs("title") == "Plain"
    assert [finding[1:3] for finding in findings(validation)] == [("summary", "Invisible characters were removed")]


@pytest.mark.parametrize(
    ("name", "code"),
    [("Congo, Dem. Rep.", "COD"), ("Congo, Rep.", "COG"), ("Korea, Dem. Rep.", "PRK"), ("Macedonia, FYR", "MKD"),
     ("Kosovo (As per UNSCR 1244)", "XKX"), ("Egypt, Arab Rep.", "EGY"), ("Venezuela, RB", "VEN")],
)  # fmt: skip
def test_the_names_of_other_lists_are_known(lookup, name, code):
    assert read_countries(FieldValidation({"countries": name}), "countries", lookup) == [
        lookup.by_code("country", code)
    ]


def test_codes_after_one_that_is_not_known_are_read_too(lookup):
    validation = FieldValidation({"gcm": "99;6;98"})
    assert read_codes(validation, "gcm", lookup) == [lookup.by_code("gcm", "6")]
    assert [finding.reason for finding in validation.findings] == [
        "'99' is not a known code", "'98' is not a known code",
    ]  # fmt: skip


def test_a_former_name_of_a_term_is_read_and_said(session):
    term = session.query(Term).filter_by(facet="status", code="completed").one()
    term.aliases = ["Concluded"]
    validation = FieldValidation({"status": "concluded"})
    assert read_term(validation, "status", "status", TermLookup([term], accepts_new=False)) == term.id
    assert findings(validation) == [
        ("repaired", "status", "'concluded' was interpreted as 'Completed'", "Nothing to do")
    ]
    session.rollback()


def test_spaces_that_were_made_one_are_said():
    validation = FieldValidation({"title": "Two  words\nand more"})
    assert validation.text("title") == "Two words and more"
    assert findings(validation) == [
        ("repaired", "title", "Repeated spaces or line ends became single spaces", "Nothing to do")
    ]


def read_optional(session, name, text):
    project = FieldValidation({name: OptionalTerm(text)})
    lookup = TermLookup.load(session())
    found = read_codes(project, name, lookup) if name == "sdg" else read_term(project, name, "type", lookup)
    return found, [(finding.kind, finding.reason) for finding in project.findings], project.is_refused


@pytest.mark.parametrize(
    ("name", "text", "found", "reason"),
    [
        ("project_type", "Salt mining", None, "The term is not in the list type; it was left out"),
        ("project_type", "x" * 201, None, "The term is longer than 200 characters; it was left out"),
        ("sdg", "1.2", [], "'1.2' is not a known code; it was left out"),
    ],
)
def test_a_term_that_a_row_can_do_without_is_left_out_with_a_note(session, name, text, found, reason):
    assert read_optional(session, name, text) == (found, [("note", reason)], False)


def test_a_term_that_a_row_can_do_without_is_read_if_it_is_known(session):
    found, findings, _ = read_optional(session, "project_type", "Labour Migration")
    assert (found is not None, findings) == (True, [])

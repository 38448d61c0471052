"""Single field values, read from forms and files."""

import pytest

from portal.services.records import submission_checks
from portal.services.records.field_values import FieldValidation
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

"""A check that finds nothing proves nothing: each fault put into a faultless file is found."""

import pytest

from tests.iati.records import countries, file_of, make_record, term
from tests.iati.rules import faults

FAULTLESS = make_record(
    start="2021", end="2021", countries=countries("KEN", "UGA", "TZA"), gcm=(term("gcm", "6"),), prima_id="KE10P0532"
)


def test_the_file_to_which_faults_are_added_has_none():
    assert faults(file_of(FAULTLESS)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('code="KE"', 'code="ZZ"'),
        ('code="15190"', 'code="15191"'),
        ('format="text/html"', 'format="html"'),
        ('default-currency="USD"', 'default-currency="usd"'),
        ('xml:lang="en"', 'xml:lang="eng"'),
        ('percentage="33.34"', 'percentage="33.33"'),
        ('percentage="100"', 'percentage="99"'),
        ("Fair recruitment", " "),
        ("<iati-identifier>AA-AAA-123456789-LM.0024", "<iati-identifier>LM.0024"),
        ("-LM.0024<", "-LM/0024<"),
        ('<activity-status code="4"/>', ""),
        ('<activity-scope code="4"/>', '<activity-scope/>'),
        ('type="4" iso-date="2021-12-31"', 'type="4" iso-date="2020-12-31"'),
        ('type="4" iso-date="2021-12-31"', 'type="4" iso-date="2027-12-31"'),
        ('type="4" iso-date="2021-12-31"', 'type="4" iso-date="2021"'),
        ('<period-end iso-date="2021-12-31"/>', '<period-end iso-date="2022-12-31"/>'),
        ('<transaction-date iso-date="2020-01-01"/>', '<transaction-date iso-date="2027-01-01"/>'),
        ("<narrative xml:lang=\"en\">Fair recruitment and decent work</narrative>", ""),
    ],
)  # fmt: skip
def test_a_fault_is_found(right, wrong):
    document = file_of(FAULTLESS).decode()
    assert right in document
    assert faults(document.replace(right, wrong, 1).encode()) != []


def test_an_identifier_that_stands_there_twice_is_found():
    assert faults(file_of(FAULTLESS, FAULTLESS)) == ["AA-AAA-123456789-LM.0024 stands there twice"]

from portal.config import Settings
from portal.exports.iati.organisations import EXAMPLE, IOM, Organisation, Reporter, is_iati_offered, reporter_of
from tests.iati.rules import codes

KEY = "0123456789abcdef" * 4


def settings(**changes):
    return Settings(database_url="sqlite://", secret_key=KEY, **changes)


def test_a_portal_in_development_reports_as_an_example():
    assert reporter_of(settings()) == Reporter(EXAMPLE, is_secondary=True)


def test_a_production_portal_without_an_identifier_does_not_report():
    assert reporter_of(settings(is_production=True)) is None
    assert not is_iati_offered(settings(is_production=True))


def test_whoever_runs_the_portal_reports_on_activities_of_others():
    own = settings(
        iati_organisation="GB-COH-1", iati_organisation_name="Us", iati_organisation_type="70", is_production=True
    )
    assert reporter_of(own) == Reporter(Organisation("GB-COH-1", "70", "Us"), is_secondary=True)


def test_nobody_speaks_as_iom_unasked():
    assert IOM.ref not in reporter_of(settings()).identifier("LM.0024")


def test_iom_reports_on_its_own_activities_when_it_says_so():
    own = settings(
        iati_organisation=IOM.ref, iati_organisation_name=IOM.name, iati_organisation_type=IOM.type,
        is_iati_primary=True,
    )  # fmt: skip
    assert reporter_of(own) == Reporter(IOM, is_secondary=False)


def test_identifiers_begin_with_that_of_the_reporter():
    assert Reporter(IOM).identifier("LM.0024") == "XM-DAC-47066-LM.0024"


def test_the_types_of_organisations_are_codes_of_iati():
    assert {EXAMPLE.type, IOM.type} <= codes()["OrganisationType"]

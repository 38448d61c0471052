"""Ten records that are public, one that was taken back, and what became of them: what the golden pages show."""

import time
from datetime import UTC, datetime

from portal.models import Project
from portal.services.audit import recording
from portal.services.editorial import publication, review
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office, import_records

MANY = (
    "Angola;Benin;Botswana;Burkina Faso;Burundi;Cabo Verde;Cameroon;Central African Republic;Chad;Comoros;Congo;"
    "Djibouti;Egypt;Eritrea;Eswatini;Ethiopia;Gabon;Gambia;Ghana;Guinea;Guinea-Bissau;Kenya;Lesotho;Liberia;Libya;"
    "Madagascar;Malawi;Mali;Mauritania;Mauritius;Morocco"
)
IMPORTED = [
    # Every field that lists show, and nothing odd.
    {"project_id": "LM.0101", "title": "Labour Inspectors for Kenya", "start_date": "2021-03", "end_date": "2023",
     "status": "Active", "project_type": "Labour Migration", "budget_usd": "150000.00", "coverage": "National",
     "year": "2021", "region": "Africa", "benefiting_member_states": "Kenya",
     "summary": "Trains labour inspectors.\nPublishes a register of agencies."},
    # Two countries and dates to the day; it is changed below.
    {"project_id": "IB.0102", "title": "One Border Post for Kenya and Uganda", "start_date": "2015-05-01",
     "end_date": "2018-11-30", "status": "Active", "project_type": "Immigration and Borders", "budget_usd": "300000",
     "coverage": "Regional", "year": "2015", "region": "Africa", "benefiting_member_states": "Kenya;Uganda",
     "summary": "Brings two border posts under one roof.", "source_url": "https://example.org/border?a=1&b=2"},
    # Another language, and cents.
    {"project_id": "PO.0103", "title": "Politique migratoire du Sénégal", "start_date": "2019", "end_date": "2019",
     "status": "Completed", "project_type": "Migration Policy Activities", "budget_usd": "99999.50",
     "coverage": "National", "year": "2019", "region": "Africa", "benefiting_member_states": "Senegal",
     "summary": "Une politique nationale, d’abord en français.", "title_language": "fr", "language": "fr"},
    # Nothing but a title.
    {"title": "A record that states nothing but its title"},
    # No budget and no year; a start alone.
    {"project_id": "MA.0105", "title": "Health Checks at the Georgian Border.", "start_date": "2020-02",
     "status": "Active", "project_type": "Health Promotion and Assistance for Migrants", "coverage": "National",
     "region": "Europe", "benefiting_member_states": "Georgia", "summary": "Tests and vaccines for travellers."},
    # The whole world, no country and a budget of nothing.
    {"project_id": "PR.0106", "title": "A Glossary of Migration", "end_date": "2012", "status": "Completed",
     "project_type": "Migration Research and Publication", "budget_usd": "0", "coverage": "Global", "year": "2011",
     "region": "Global", "summary": "Terms in six languages."},
    # Many countries, Goals, objectives and every field that is seldom filled in.
    {"project_id": "TC.0107", "title": "Free Movement across Africa", "start_date": "2010", "end_date": "2014",
     "status": "Completed", "project_type": "Technical Cooperation on Migration Management and Capacity-Building "
     "(TCMMCB)", "budget_usd": "1234567.89", "coverage": "Multi-Regional", "year": "2010", "region": "Africa",
     "benefiting_member_states": MANY, "summary": "Joint training.", "source_url": "https://example.org/free-movement",
     "prima_id": "P-77", "other_countries": "Algeria;Tunisia", "funding_line": "Line 2", "sdg": "8.8;10.7;16",
     "gcm": "5;6;23"},
]  # fmt: skip
SAMPLES = [
    # Markup and a text longer than lists show.
    {"project_id": "RR.0108", "title": "“Return” & <b>Reintegration</b> in Kenya", "start_date": "2008",
     "end_date": "2009-06", "status": "Completed", "year": "2008",
     "project_type": "Return and reintegration assistance for migrants and governments", "budget_usd": "64240.00",
     "coverage": "National", "region": "Africa", "benefiting_member_states": "Kenya",
     "summary": "**First** comes <i>advice</i>, see [the guide](https://example.org/guide).\n- A loan for tools\n"
     "- A place to stay\nThen follow visits & reports: " + "each quarter a team of three visits every family, " * 5
     + "until the year ends.", "sdg": "10.7"},
    # No status, no region, no type and a third language; the oldest.
    {"project_id": "X-0109", "title": "Seminario sobre migración", "end_date": "2002-07", "budget_usd": "5000",
     "coverage": "National", "year": "2001", "benefiting_member_states": "Peru", "title_language": "es",
     "summary": "Un seminario en Lima.", "language": "es"},
]  # fmt: skip
# The tenth, and the one that was taken back: they come from the portal's own forms.
RESTORED = COMPLETE.replace(
    title="Work Permits Online", number="FM.0110", project_type="facilitated-migration-services", countries=("GHA",),
    year="2022", start="2022-01", end="2024", sdg=(), gcm=(),
)  # fmt: skip
WITHDRAWN = COMPLETE.replace(title="A title that is gone", number="WD.0111")


def publish(session):
    """Everything above, and what was done with it since; the staff who did it."""
    import_records(session, IMPORTED)
    import_records(session, SAMPLES, is_sample=True)
    for day, project in enumerate(session.query(Project).order_by(Project.id), start=1):
        project.created_at = datetime(2026, 1, day, 9, tzinfo=UTC)
        project.published_at = datetime(2026, 2, day, 9, tzinfo=UTC)
        project.changed_at = datetime(2026, 3, day, 9, tzinfo=UTC)
        recording.record(session(), "move", "project", project.id)
    session.commit()
    office = Office(session())
    office.publish_change(
        session.query(Project).filter_by(reference="IB.0102").one(), title="One Border Post for Two Countries",
        budget="275000.50", status="completed", countries=("KEN", "UGA", "TZA"), end="", sdg=("16",),
    )  # fmt: skip
    restore(office)
    office.revision(State.WITHDRAWN, WITHDRAWN)
    return office


def restore(office):
    """Publish a record, change it, take it back, publish it again and change it once more."""
    session, first = office.session, office.revision(State.PUBLISHED, RESTORED)
    project = first.project
    office.publish_change(project, budget="160000.00")
    publication.withdraw(session, project, reason="The budget was secret.", by=office.reviewer)
    restored = review.restore(session, first, by=office.author)
    review.submit(session, restored, version=restored.version, by=office.author)
    review.claim(session, restored, by=office.reviewer)
    review.approve(session, restored, version=restored.version, by=office.reviewer)
    publication.publish(session, restored, by=office.reviewer)
    session.commit()
    # Moments are stored to the second, and what changed in the second of a withdrawal is not told.
    time.sleep(1)
    office.publish_change(project, status="active", summary="Permits without a queue.")

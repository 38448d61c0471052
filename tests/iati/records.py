"""Records as exports read them, with fixed defaults, and the activities that they become."""

from datetime import UTC, date, datetime
from functools import cache

from lxml import etree

from portal.exports.iati.activity import Publication, express
from portal.exports.iati.organisations import EXAMPLE, Reporter
from portal.exports.record import Record
from portal.search.read_models.terms import TermView
from portal.vocabulary.iati import NAMESPACE
from portal.vocabulary.term_lists import read_term_list

TODAY = date(2026, 11, 28)
PUBLICATION = Publication(Reporter(EXAMPLE), "https://portal.example.org", TODAY)


@cache
def terms(facet):
    """The terms of a list that the portal ships, by code."""
    return {
        row.code: TermView(number, facet, row.code, row.names["en"], row.names, extra=row.extra)
        for number, row in enumerate(read_term_list(facet), start=1)
    }


def term(facet, code):
    return terms(facet)[code]


def own_term(facet, code, name):
    """A term that an operator has added."""
    return TermView(9_000, facet, code, name)


def countries(*codes):
    return tuple(term("country", code) for code in codes)


def all_countries():
    return tuple(terms("country").values())


def make_record(**changes):
    """A complete record of the Fund: a national project of Kenya, of 2021 to 2023."""
    values = {
        "id": 1, "key": "LM.0024", "reference": "LM.0024", "prima_id": "KE10P0532", "title": "Fair recruitment",
        "title_language": "en", "summary": "Trains inspectors.\n\nPublishes a register.", "language": "en",
        "start": "2021", "end": "2023", "year": 2020, "budget": 15_000_000, "status": term("status", "completed"),
        "type": term("type", "labour-migration"), "coverage": term("coverage", "national"),
        "region": term("region", "africa"), "funding_line": "", "source_url": "https://iom.int/project/fair",
        "is_sample": False, "published_at": datetime(2026, 1, 2, tzinfo=UTC),
        "changed_at": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), "countries": countries("KEN"),
        "other_countries": (), "sdg": (), "gcm": (),
    }  # fmt: skip
    return Record(**(values | changes))


def file_of(*records):
    """An IATI file of these records."""
    activities = "".join(express(record, PUBLICATION).xml for record in records)
    head = f'<iati-activities version="2.03" generated-datetime="{TODAY}T00:00:00Z" xmlns:portal="{NAMESPACE}">'
    return f"{head}{activities}</iati-activities>".encode()


def activity_of(**changes):
    """The element iati-activity of a record with these changes."""
    return etree.fromstring(file_of(make_record(**changes))).find("iati-activity")


def omitted(**changes):
    """What the activity of a record with these changes leaves out, as pairs of field and reason."""
    return [(each.field, each.reason) for each in express(make_record(**changes), PUBLICATION).omissions]

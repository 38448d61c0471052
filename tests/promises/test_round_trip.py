"""Everything out as a file, into an empty portal, and out again: the same bytes but for the stated moment."""

import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portal.database.orm import db
from portal.models import Catalogue, Project, ProjectDraft
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.records import submission_checks
from portal.text.cleaning import clean_cell
from portal.vocabulary.translations import TRANSLATIONS
from tests.factories import COLUMNS
from tests.whole_portals import empty_portal

FORMATS = pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx"])
ODD_TEXTS = [
    "=1+1 is a formula", "'", "''=1", "'quoted'", "- a dash", "+41 22", "@home", "＝full width", "#hashtag", "a; b; c",
    "“curly” and \"straight\", with commas", "Côte d’Ivoire\u00a0: phase\u00a02", "e\u0301 decomposed", "R&D <b>x</b>",
    "1 < 2 & 3 > 2", "_x0041_ and _x005F_", "back\\slash", "Миграция 移民 الهجرة", "🚢\u200d👩", "\u200cjoiner", "0012",
    "tab\there", "It\x92s", "x_x000D_y", "TRUE", "2008-05-31", "N/A value", "a\u2028b",
]  # fmt: skip
LETTERS = st.text(st.sampled_from("ab '=+-@\t\n\r;,\"|#<>&_x0D\u00a0\u2009é\u0301’“”«»1."), min_size=1, max_size=20)
TEXTS = st.one_of(st.sampled_from(ODD_TEXTS), LETTERS)
SUMMARIES = st.one_of(
    st.just(""),
    st.sampled_from([
        "One.\n\nTwo.\n\n\nThree.", "- one\n- two\n  - deeper", "    indented\n\tby a tab", "two  spaces   here",
        "12\u00a0% of «\u00a0mots\u00a0»", "1) first\r\n2) second", "# Heading\n\n> quoted", "line\n\n\n\n\nline",
        "=SUM(A1)\n=B2", "| a | b |\n|---|---|\n| 1 | 2 |", "[text](https://example.org/a_(b))", "a\rb",
    ]),
    st.lists(TEXTS, max_size=4).map("\n\n".join),
)  # fmt: skip
TERMS = st.one_of(st.just(""), st.sampled_from(["Health", "Health!", "Health?", "=New term", "none", "Été", "été 2"]))
COUNTRIES = st.lists(
    st.sampled_from(["Kosovo (UNSCR 1244)", "Namibia", "Côte d’Ivoire", "Georgia", "Türkiye", "Viet Nam"]),
    max_size=3, unique=True,
)  # fmt: skip
ROWS = st.fixed_dictionaries({
    "project_id": st.one_of(st.just(""), st.sampled_from(["LM.0001", "=1", "'x", "A/B", "A B", "a/b", "TB2-805", "…"])),
    "title": TEXTS,
    "start_date": st.sampled_from(["", "2008", "2008-05", "2008-05-31"]),
    "end_date": st.sampled_from(["", "2024", "2024-02", "2024-02-29"]),
    "status": st.one_of(st.sampled_from(["Active", "Completed"]), TERMS),
    "project_type": st.one_of(st.just("Labour Migration"), TERMS),
    "budget_usd": st.sampled_from(["", "0", "0.01", "64240", "1234.5", "1000000000000", "33333333.33"]),
    "coverage": st.sampled_from(["", "National", "Multi-Regional"]),
    "year": st.sampled_from(["", "2001", "2024"]),
    "region": st.one_of(st.just("Asia and Oceania"), TERMS),
    "benefiting_member_states": COUNTRIES.map("; ".join),
    "summary": SUMMARIES,
    "source_url": st.sampled_from(["", "https://www.iom.int/fr/projet", "https://example.org/a;b?c=1,2&d='e'"]),
    "prima_id": st.sampled_from(["", "RW10P0532", "'=P"]),
    "other_countries": st.sampled_from(["", "Chile; Uruguay", "Algeria"]),
    "language": st.sampled_from(["", "fr", "Irish", "yi", "sr-Latn", "es-419"]),
    "title_language": st.sampled_from(["", "ga", "tl", "zh-Hans"]),
    "funding_line": st.sampled_from(["", "Line 1", "=Line 2", "'Line"]),
    "country_shares": st.just(""),
    "sdg": st.sampled_from(["", "10; 8.8; 16", "8"]),
    "gcm": st.sampled_from(["", "23; 1", "6"]),
    "title_en": st.one_of(st.just(""), TEXTS),
    "title_fr": st.one_of(st.just(""), TEXTS),
    "title_es": st.sampled_from(["", "Barcos"]),
    "summary_fr": SUMMARIES,
    "machine_translations": st.sampled_from(["", "title_fr", "title_es; summary_fr", "title_en"]),
    "outdated_translations": st.sampled_from(["", "title_fr; title_en", "summary_fr"]),
})  # fmt: skip
ALL_COLUMNS = (*COLUMNS, *TRANSLATIONS, "machine_translations", "outdated_translations")


def with_sources(row):
    """The row without a translation of nothing or into the language of its source, which an import refuses."""
    has_summary = clean_cell(row.get("summary", "")) and row.get("language") != "fr"
    return row if has_summary else row | {"summary_fr": ""}


def as_table(rows):
    """A CSV file of rows, as anybody makes one."""
    header = ",".join(ALL_COLUMNS)
    lines = [
        ",".join(f'"{row.get(name, "").replace(chr(34), chr(34) * 2)}"' for name in ALL_COLUMNS)
        for row in map(with_sources, rows)
    ]
    return "\n".join([header, *lines]).encode("utf-8", "surrogatepass")


def edit(texts):
    """Give the records, in their order, what a form stores: its summaries keep spaces and indents."""
    projects = list(db.session.query(Project).order_by(Project.id))
    for project, text in zip(projects, texts, strict=False):
        # No form stores an empty one that has translations.
        project.summary = submission_checks.clean_draft(ProjectDraft(summary=text)).summary or project.summary
        recording.record(db.session(), "change", "project", project.id)
    db.session.flush()
    text_index.repair(db.session(), [project.id for project in projects])
    Catalogue.touch(db.session(), [project.id for project in projects])
    db.session.commit()


def without_moment(suffix, data):
    """A file without the moment that it states: only workbooks have one."""
    if suffix != "xlsx":
        return data
    moment = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {member: moment.sub(b"", book.read(member)) for member in book.namelist()}


IATI_ROWS = st.builds(
    lambda row, changes: row | changes,
    ROWS,
    st.fixed_dictionaries({
        "project_id": st.sampled_from(["", "LM.0001", "=1", "'x", "A B", "A/B", "TB2-805"]),
        "status": st.sampled_from(["Active", "Completed", "Implementation", "", "Stalled"]),
        "start_date": st.sampled_from(["", "2008", "2008-05", "2008-05-31"]),
        "region": st.sampled_from(["", "Africa", "Global", "Latin America and the Caribbean"]),
    }),
)  # fmt: skip
SHARES = st.sampled_from(
    ["", "70; 20; 10", "60; 40", "60; 30", "100; 100; 0.5", "50; 50", "33.34; 33.33; 33.33", "100"]
)


def with_shares(rows, shares):
    """Rows whose shares are as many as their states, or none."""
    for row, stated in zip(rows, shares, strict=False):
        is_fitting = len(stated.split(";")) == len(row["benefiting_member_states"].split(";"))
        row["country_shares"] = stated if is_fitting and row["benefiting_member_states"] else ""
    return rows


def activities_in(data):
    """The activities of a file, without the moments that they state."""
    moments = re.sub(rb' (?:last-updated|generated)-datetime="[^"]*"', b"", data)
    return moments[moments.find(b"<iati-activity ") :].partition(b"<!-- ")[0]


@given(rows=st.lists(IATI_ROWS, min_size=1, max_size=5), shares=st.lists(SHARES, max_size=5), texts=SUMMARIES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_iati_expresses_comes_back_as_it_was(two_portals, tmp_path, rows, shares, texts):
    first_app, second_app = two_portals
    with empty_portal(first_app, tmp_path) as portal:
        portal.take("source.csv", as_table(with_shares(rows, shares)))
        edit([texts])
        first = portal.give("xml")
        count = first.count(b"<iati-activity ")
        assume(count)
        again = portal.take("own.xml", first)
    assert (again.rows, again.unchanged) == (count, count), again.summary()
    with empty_portal(second_app, tmp_path) as portal:
        report = portal.take("own.xml", first)
        assert (report.added, report.refused) == (count, 0), report.summary()
        assert activities_in(portal.give("xml")) == activities_in(first)


def check_round_trip(two_portals, folder, suffix, rows, summaries=(), *, least=0, options=""):
    first_app, second_app = two_portals
    with empty_portal(first_app, folder) as portal:
        added = portal.take("source.csv", as_table(rows)).added
        edit(summaries)
        first = portal.give(suffix, options)
        again = portal.take(f"own.{suffix}", first)
        assert added >= least
    assert (again.unchanged, again.added, again.changed, again.refused) == (added, 0, 0, 0), again.summary()
    with empty_portal(second_app, folder) as portal:
        report = portal.take(f"own.{suffix}", first)
        assert (report.added, report.refused) == (added, 0), report.summary()
        assert without_moment(suffix, portal.give(suffix, options)) == without_moment(suffix, first)


@FORMATS
@given(
    rows=st.lists(ROWS, min_size=1, max_size=5),
    summaries=st.lists(SUMMARIES, max_size=5),
    shares=st.lists(SHARES, max_size=5),
)
@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
def test_any_records_come_back_as_they_were(two_portals, tmp_path, suffix, rows, summaries, shares):
    rows = with_shares([row for row in rows if clean_cell(row["title"])], shares)
    assume(rows)
    check_round_trip(two_portals, tmp_path, suffix, rows, summaries)


def in_three_languages():
    return [
        dict.fromkeys(COLUMNS, "") | {
            "project_id": "T.1", "title": "Bateaux", "title_language": "fr", "summary": "Des bateaux.",
            "language": "fr", "title_en": "Boats", "title_es": "Barcos", "summary_en": "About boats.",
            "summary_es": "Sobre barcos.", "machine_translations": "title_es; summary_es",
            "outdated_translations": "summary_en; title_es",
        },
        dict.fromkeys(COLUMNS, "") | {"title": "Nobody says", "title_fr": "=Titre", "status": "Active"},
    ]  # fmt: skip


@FORMATS
def test_records_in_three_languages_come_back_as_they_were(two_portals, tmp_path, suffix):
    check_round_trip(two_portals, tmp_path, suffix, in_three_languages(), least=2)


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("csv", "header=keys&bom=0&hxl=1"), ("csv", "header=keys"), ("csv", "bom=0"), ("csv", "hxl=1"),
        ("csv", "excel=fr&hxl=1"), ("xlsx", "header=keys&hxl=1"), ("jsonl", "header=keys&bom=0&hxl=1"),
    ],
)  # fmt: skip
def test_the_options_of_a_file_do_not_keep_it_from_coming_back(two_portals, tmp_path, suffix, options):
    odd = [dict.fromkeys(COLUMNS, "") | {"title": text, "summary": text, "status": "Active"} for text in ODD_TEXTS]
    rows = [*in_three_languages(), *odd]
    check_round_trip(two_portals, tmp_path, suffix, rows, least=len(rows), options=options)


@FORMATS
def test_odd_texts_come_back_as_they_were(two_portals, tmp_path, suffix):
    rows = [
        dict.fromkeys(COLUMNS, "") | {"title": text, "summary": text, "funding_line": text[:40], "status": "Active"}
        for text in ODD_TEXTS
    ]
    summaries = [f"{text}  {text}\n\n  {text}" for text in ODD_TEXTS]
    check_round_trip(two_portals, tmp_path, suffix, rows, summaries, least=len(ODD_TEXTS))

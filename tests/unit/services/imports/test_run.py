"""portal import: what goes in, what is repaired, what is refused, and that nothing is lost without a word."""

import csv
import io
import lzma

import pytest
from openpyxl import Workbook

from portal.cli.database import SAMPLE_FILE
from portal.errors import UnreadableFile
from portal.models import PartialDate, Project, ProjectCountry, SlugHistory, Term
from portal.search import projects
from portal.services.imports import Report, import_file
from portal.services.operations.sample import remove_sample

HEADER = [
    "project_id",
    "title",
    "start_date",
    "end_date",
    "status",
    "project_type",
    "budget_usd",
    "coverage",
    "year",
    "region",
    "benefiting_member_states",
    "summary",
    "source_url",
]
GOOD = dict(
    zip(
        HEADER,
        [
            "XX.0001",
            "A title",
            "2008",
            "2009",
            "Active",
            "TCMMCB",
            "64240.00",
            "National",
            "2008",
            "Europe",
            "Georgia",
            "Text.",
            "",
        ],
        strict=True,
    )
)


def as_csv(*rows, header=HEADER):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return out.getvalue().encode()


@pytest.fixture
def take(session, tmp_path):
    """take(bytes or rows…) imports a file and gives its report."""

    def run(*content, name="in.csv", **options):
        path = tmp_path / name
        path.write_bytes(content[0] if isinstance(content[0], bytes) else as_csv(*content))
        report = Report()
        import_file(session(), path, report=report, **options)
        session.commit()
        return report

    return run


def test_the_sample_goes_in_whole_and_once(session, sample):
    assert (sample.rows, sample.added, sample.refused) == (100, 100, 0)
    again = Report()
    import_file(session(), SAMPLE_FILE, is_sample=True, report=again)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 100)
    assert remove_sample(session()) == (100, 0)
    assert session.query(Project).count() == session.query(ProjectCountry).count() == 0


def test_the_sample_keeps_its_facts(session, sample):
    project = session.query(Project).filter_by(reference="LM.0024").one()
    assert (project.start, str(project.budget), project.year) == (PartialDate(2008), "64240.00", 2008)
    french = session.query(Project).filter_by(reference="TC.0066").one()
    assert (french.title_language, french.language, french.end) == ("fr", "en", None)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"title": " "}, "title"),
        ({"start_date": "31/12/2025"}, "start_date"),
        ({"start_date": "2025-02-30"}, "start_date"),
        ({"start_date": "45000"}, "start_date"),
        ({"end_date": "2007"}, "end_date"),
        ({"budget_usd": "-1"}, "budget_usd"),
        ({"budget_usd": "64.240"}, "budget_usd"),
        ({"budget_usd": "1e5"}, "budget_usd"),
        ({"budget_usd": "NaN"}, "budget_usd"),
        ({"budget_usd": "USD 5"}, "budget_usd"),
        ({"budget_usd": "9" * 16}, "budget_usd"),
        ({"budget_usd": "1.005"}, "budget_usd"),
        ({"year": "208"}, "year"),
        ({"status": "Abandoned"}, "status"),
        ({"benefiting_member_states": "Georgia;Atlantis"}, "benefiting_member_states"),
        ({"project_id": "X" * 200}, "project_id"),
    ],
)
def test_a_faulty_row_is_refused_with_column_reason_and_advice(take, session, changes, column):
    report = take(GOOD | changes, GOOD | {"project_id": "XX.0002"})
    assert (report.added, report.refused) == (1, 1)
    (finding,) = report.first_issues
    assert (finding.row, finding.column, finding.kind) == (2, column, "refused")
    assert finding.reason
    assert finding.advice
    assert [number for (number,) in session.query(Project.reference)] == ["XX.0002"]


def test_all_faults_of_all_rows_are_said_at_once(take):
    report = take(GOOD | {"title": "", "year": "x", "budget_usd": "-1"}, GOOD | {"project_id": "B", "region": "Moon"})
    places = [(issue.row, issue.column) for issue in report.first_issues]
    assert places == [(2, "title"), (2, "year"), (2, "budget_usd"), (3, "region")]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"budget_usd": "1.234,56"}, "budget_usd"),
        ({"budget_usd": "33333.3333333333"}, "budget_usd"),
        ({"start_date": "2008-01-31 13:00"}, "start_date"),
        ({"title": "Two  spaces"}, "title"),
        ({"budget_usd": "200 000.50"}, "budget_usd"),
        ({"benefiting_member_states": "Georgia;Géorgie"}, "benefiting_member_states"),
        ({"benefiting_member_states": "Swaziland"}, "benefiting_member_states"),
        ({"title": "A\x07title"}, "title"),
    ],
)
def test_what_is_certain_is_repaired_and_said(take, changes, column):
    report = take(GOOD | changes)
    assert (report.added, report.repaired) == (1, 1)
    assert (report.first_issues[0].column, report.first_issues[0].kind) == (column, "repaired")


def test_the_other_amounts_of_a_file_settle_what_a_comma_divides(take, session):
    alone = take(GOOD | {"budget_usd": "200,000"})
    assert alone.refused == 1
    assert "Is this 200,000 or 200?" in str(alone.first_issues[0])
    beside = take(GOOD | {"budget_usd": "200,000"}, GOOD | {"project_id": "XX.0002", "budget_usd": "1,234,567"})
    assert (beside.added, beside.repaired) == (2, 2)
    assert str(session.query(Project).filter_by(reference=GOOD["project_id"]).one().budget) == "200000.00"


def test_a_repeated_id_refuses_the_second_row(take):
    report = take(GOOD, GOOD | {"project_id": "xx.0001", "title": "Another"})
    assert (report.added, report.refused, report.first_issues[0].row) == (1, 1, 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no rows"),
        (as_csv(), "no rows"),
        (as_csv(GOOD).decode().encode("utf-16"), "UTF-16"),
        (as_csv(GOOD | {"title": "Ménage"}).decode().encode("cp1252"), "UTF-8"),
        (as_csv(GOOD, header=HEADER[:5]), "budget_usd"),
        (as_csv(GOOD, header=[*HEADER, "title"]), "title"),
        (as_csv(GOOD, header=[*HEADER, "colour"]), "colour"),
        (as_csv(GOOD) + b"XX.0002,A\x00title" + b"," * 11 + b"\n", "NUL"),
        (as_csv(GOOD | {"summary": "x" * 10_000_000}), "cell"),
        (as_csv(GOOD) + b'XX.0002,"unclosed', "line"),
        (b"PK\x03\x04 not a workbook", "workbook is damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "xls"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_an_unreadable_file_is_one_clear_error_and_stores_nothing(session, tmp_path, content, said):
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        import_file(session(), path, report=Report())
    session.rollback()
    assert said.casefold() in str(caught.value).casefold()
    assert session.query(Project).count() == 0


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf" + as_csv(GOOD), as_csv(GOOD).replace(b"\r\n", b"\r"), lzma.compress(as_csv(GOOD))]
)
def test_marks_line_ends_and_packing_do_not_matter(take, content):
    assert take(content).added == 1


def test_a_row_of_another_width_is_refused_alone(take):
    report = take(
        as_csv(GOOD)
        + b"too,wide"
        + b"," * len(HEADER)
        + b"x\r\n"
        + as_csv(GOOD | {"project_id": "B"}).split(b"\r\n")[1]
        + b"\r\n"
    )
    assert (report.added, report.refused) == (2, 1)


def test_a_workbook_gives_the_same_records(session, tmp_path, take):
    take(GOOD)
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(
        [
            "XX.0001",
            "A title",
            2008,
            2009.0,
            "Active",
            "TCMMCB",
            64240.0,
            "National",
            2008,
            "Europe",
            "Georgia",
            "Text.",
            None,
        ]
    )
    book.save(tmp_path / "in.xlsx")
    report = Report()
    import_file(session(), tmp_path / "in.xlsx", report=report)
    assert (report.unchanged, report.refused) == (1, 0), report.first_issues


def test_new_terms_are_added_only_when_asked_for(take):
    assert take(GOOD | {"status": "Suspended"}).refused == 1
    report = take(GOOD | {"status": "Suspended"}, new_terms="add")
    assert (report.added, report.first_issues[0].kind) == (1, "note")


def test_a_later_projects_id_takes_the_record_over_and_the_old_address_redirects(take, session):
    take(GOOD | {"project_id": ""})
    (old,) = session.query(Project.slug).one()
    report = take(GOOD)
    assert (report.added, report.changed) == (0, 1)
    assert session.query(Project.slug).one() == ("XX.0001",)
    assert session.query(SlugHistory.slug_folded).one() == (old,)
    assert not projects.locate(old).is_current


def test_a_record_without_id_keeps_its_address(take, session):
    take(GOOD | {"project_id": ""})
    (before,) = session.query(Project.slug).one()
    assert take(GOOD | {"project_id": ""}).unchanged == 1
    assert session.query(Project.slug).one() == (before,)


def test_an_id_that_does_not_fit_an_address_gets_a_key_that_does(take, session):
    take(GOOD | {"project_id": "A/B 1"}, GOOD | {"project_id": "A B/1", "title": "Another"})
    assert {key for (key,) in session.query(Project.slug)} == {"A-B-1", "A-B-1-2"}


def test_a_change_is_found_by_text_in_the_next_question(take, visit):
    take(GOOD)
    take(GOOD | {"title": "A wholly different name"})
    assert "XX.0001" in visit("/projects/?q=wholly").text
    assert "No project" in visit("/projects/?q=title").text


def test_formulas_in_a_report_are_harmless(session, tmp_path):
    path, out = tmp_path / "in.csv", io.StringIO()
    path.write_bytes(as_csv(GOOD | {"status": "=1+1"}))
    import_file(session(), path, report=Report(csv.writer(out)))
    assert "'=1+1" in out.getvalue()


def test_two_rows_cannot_take_over_one_record(take, session):
    page = {"source_url": "https://example.org/one"}
    take(GOOD | page | {"project_id": ""})
    report = take(GOOD | page, GOOD | page | {"project_id": "XX.0002", "title": "Another"})
    assert (report.changed, report.added) == (1, 1)


def test_records_without_id_from_one_page_stay_apart(take):
    page = {"source_url": "https://example.org/list", "project_id": ""}
    assert take(GOOD | page, GOOD | page | {"title": "Another"}).added == 2


def test_every_clash_of_keys_finds_a_free_one(take, session):
    for number in ("A B", "A/B", "A:B"):
        take(GOOD | {"project_id": number, "title": number})
    assert {key for (key,) in session.query(Project.slug)} == {"A-B", "A-B-2", "A-B-3"}


def test_the_sample_never_overwrites_a_real_record(take, session):
    take(GOOD | {"project_id": "LM.0024", "title": "The real one"})
    report = Report()
    import_file(session(), SAMPLE_FILE, is_sample=True, report=report)
    assert (report.added, report.unchanged) == (99, 1)
    assert remove_sample(session()) == (99, 0)


def test_an_old_file_without_ids_adds_nothing_after_a_take_over(take):
    take(GOOD | {"project_id": ""})
    take(GOOD)
    assert take(GOOD | {"project_id": ""}).unchanged == 1


def test_the_case_of_an_id_makes_no_second_record(take, session):
    take(GOOD)
    assert take(GOOD | {"project_id": "xx.0001"}).unchanged == 1


@pytest.mark.parametrize("number", ["new", "NEW", "check"])
def test_an_id_that_is_a_word_of_the_addresses_gets_another_key(take, session, number):
    take(GOOD | {"project_id": number})
    assert session.query(Project.slug).one() == (f"{number}-1",)
    assert take(GOOD | {"project_id": number}).unchanged == 1


@pytest.mark.parametrize("new_terms", ["add", "refuse"])
def test_a_term_without_end_is_refused(take, new_terms):
    assert take(GOOD | {"status": "s" * 200}, new_terms="add").added == 1
    report = take(GOOD | {"status": "s" * 201}, new_terms=new_terms)
    assert (report.refused, report.first_issues[0].column) == (1, "status")
    assert "longer than 200 characters" in report.first_issues[0].reason


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil"])
def test_a_source_that_is_no_web_address_is_refused(take, address):
    assert take(GOOD | {"source_url": address}).first_issues[0].column == "source_url"


@pytest.mark.parametrize("order", [1, -1])
def test_only_stored_rows_bring_terms(take, session, order):
    rows = [GOOD | {"status": "Actve", "start_date": "x"}, GOOD | {"project_id": "XX.0002", "status": "Suspended"}]
    report = take(*rows[::order], new_terms="add")
    assert (report.added, report.refused) == (1, 1)
    assert session.query(Term).filter(Term.name == "Suspended").count() == 1
    assert session.query(Term).filter(Term.name == "Actve").count() == 0

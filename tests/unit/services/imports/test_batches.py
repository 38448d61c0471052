"""portal import of large files: in a second process, batch by batch, broken off and carried on."""

import csv
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from portal.config import ROOT
from portal.database.orm import db
from portal.errors import PortalError, UnreadableFile
from portal.models import CatalogueChange, Project, ProjectCountry, Term
from portal.models.catalogue import MAX_ITEMISED_PROJECTS
from portal.search.fulltext import text_index
from portal.services.imports import Report, import_file
from portal.services.imports.added_terms import store_terms
from portal.services.imports.batches import MAX_BATCH_ROWS
from portal.services.imports.claimed_rows import ClaimedRows
from portal.services.imports.header import REQUIRED_COLUMNS
from portal.services.records.spellings import NewTerm
from tests.loops import not_empty

MAPPED = ROOT.parent / "shared" / "data" / "mapped"
MOMENTS = {"created_at", "changed_at", "published_at"}
PORTAL = [sys.executable, "-c", "from portal.app import command_line; command_line()"]


def real(name):
    if not (MAPPED / name).exists():
        pytest.skip(f"{name} is not in shared/data/mapped beside the project")
    return MAPPED / name


@pytest.fixture
def table(tmp_path):
    """table(rows) is a CSV file of so many rows, the fifth of every ten with a term that is not in the lists."""

    def write(number, **cells):
        path, out = tmp_path / "much.csv", io.StringIO()
        rows = csv.DictWriter(out, REQUIRED_COLUMNS)
        rows.writeheader()
        for i in range(number):
            row = {"project_id": f"N{i}", "title": f"Well {i}", "start_date": "2008", "year": "2008"}
            row |= {"status": "Stalled" if i % 10 == 5 else "Active", "benefiting_member_states": "Ghana;Togo"}
            rows.writerow(row | {"budget_usd": "-1" if i % 10 == 7 else "12.50"} | cells)
        path.write_text(out.getvalue(), encoding="utf-8")
        return path

    return write


def contents(session):
    """All that an import stores, but for ids and moments."""
    terms = {term.id: (term.facet, term.code, term.name) for term in session.execute(select(Term)).scalars()}
    projects = {row["id"]: dict(row) for row in session.execute(select(Project.__table__)).mappings()}
    links = session.execute(select(ProjectCountry.__table__)).mappings()
    found = {(projects[row["project_id"]]["key"], terms[row["term_id"]], row["is_eligible"]) for row in links}
    for row in projects.values():
        row |= {name: terms.get(row[name]) for name in row if name.endswith("_id") and name != "prima_id"}
    ordered = sorted(projects.values(), key=lambda row: row["key"])
    columns = [{name: row[name] for name in row if name not in MOMENTS | {"id"}} for row in ordered]
    return columns, found, sorted(terms.values()), text_index.find_stale_documents(session)


@pytest.mark.parametrize("name", ["generated", "global_1k.csv"])
def test_a_second_process_makes_no_difference(session, table, name):
    path = table(60) if name == "generated" else real(name)
    outcomes = []
    for is_ahead in (False, True):
        out = io.StringIO()
        report = Report(csv.writer(out))
        import_file(session(), path, report=report, new_terms="add", in_worker=is_ahead)
        outcomes.append((contents(session()), out.getvalue(), report.summary()))
        session.rollback()
    assert outcomes[0] == outcomes[1]


def test_an_unreadable_file_is_the_same_error_from_a_second_process(session, tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(UnreadableFile, match="PDF"):
        import_file(session(), path, report=Report(), in_worker=True)


def test_a_killed_second_process_is_an_error_that_says_how_to_go_on(session, table):
    @contextmanager
    def keep():
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)
        yield

    with pytest.raises(PortalError, match="Import the file again"):
        import_file(
            session(), table(4 * MAX_BATCH_ROWS), report=Report(), new_terms="add", in_worker=True, batch_context=keep
        )


def test_rows_add_up_and_every_refused_row_is_in_the_report(session):
    out = io.StringIO()
    report = Report(csv.writer(out))
    import_file(session(), real("global_1k.csv"), report=report, new_terms="add")
    assert report.rows == 1_000 == report.added + report.changed + report.unchanged + report.refused
    refused = [row for row in csv.DictReader(io.StringIO(out.getvalue())) if row["outcome"] == "refused"]
    assert len({row["row"] for row in refused}) == report.refused > 0
    assert all(row["reason"] and row["advice"] for row in not_empty(refused))


def test_one_row_in_a_hundred_is_refused_beside_those_without_a_title(session):
    out = io.StringIO()
    import_file(session(), real("global_1k.csv"), report=Report(csv.writer(out)), new_terms="add")
    columns = [row["column"] for row in csv.DictReader(io.StringIO(out.getvalue())) if row["outcome"] == "refused"]
    assert set(columns) <= {"title", "end_date", "budget_usd"}
    assert len(columns) - columns.count("title") <= 10


def test_a_prefix_makes_other_records_of_the_same_file(session, table):
    path = table(6)
    for prefix in ("", "R2-"):
        report = Report()
        import_file(session(), path, report=report, new_terms="add", id_prefix=prefix)
        assert report.added == 6
    assert {number for (number,) in session.query(Project.reference)} >= {"N0", "R2-N0"}


def test_an_id_is_known_again_in_a_later_batch(session, table):
    path = table(MAX_BATCH_ROWS, budget_usd="")
    with path.open("a", encoding="utf-8") as file:
        file.write(path.read_text(encoding="utf-8").splitlines()[2] + "\n")
    report = Report()
    import_file(session(), path, report=report, new_terms="add")
    assert (report.added, report.refused) == (MAX_BATCH_ROWS, 1)
    assert "Row 3 has" in next(issue.reason for issue in report.first_issues if issue.kind == "refused")


def test_each_batch_is_kept_on_its_own_and_journalled_by_name(session, table):
    kept = []

    @contextmanager
    def keep():
        yield
        kept.append(session.query(Project).count())

    import_file(
        session(), table(MAX_BATCH_ROWS + 3, budget_usd=""), report=Report(), new_terms="add", batch_context=keep
    )
    # The checksums of the rows are stored at the end, in a batch of their own.
    assert kept == [MAX_BATCH_ROWS, MAX_BATCH_ROWS + 3, MAX_BATCH_ROWS + 3]
    named = session.execute(select(CatalogueChange.project_ids).order_by(CatalogueChange.version)).scalars().all()
    assert [len(ids) for ids in named[-2:]] == [MAX_BATCH_ROWS, 3]


def test_a_batch_is_never_too_large_to_be_journalled_by_name():
    assert MAX_BATCH_ROWS <= MAX_ITEMISED_PROJECTS


def test_a_file_that_breaks_under_the_import_says_what_is_in(session, table):
    path = table(2 * MAX_BATCH_ROWS, budget_usd="")

    @contextmanager
    def keep():
        yield
        whole = path.read_bytes()
        path.write_bytes(whole[:-200] + b'\n"')

    said = rf"^{path.name}: row [0-9]+ .* close it\. The {MAX_BATCH_ROWS:,} rows before"
    with pytest.raises(UnreadableFile, match=said):
        import_file(session(), path, report=Report(), new_terms="add", batch_context=keep)


@pytest.mark.parametrize("name", ["Türkiye", "Côte d'Ivoire", "Lao People's Democratic Republic", "Kosovo", "Laos"])
def test_a_country_is_known_by_the_spelling_that_others_use(session, table, name):
    report = Report()
    import_file(session(), table(1, benefiting_member_states=name), report=report)
    assert report.added == 1


def test_a_term_that_somebody_added_meanwhile_is_taken_as_it_is(session):
    brought = [NewTerm(-1, "status", "stalled", "Stalled", 9), NewTerm(-2, "status", "idle", "Idle", 10)]
    first = store_terms(session(), brought)
    others = [NewTerm(-1, "status", "idle", "IDLE", 9), NewTerm(-2, "status", "stalled", "Stall ed", 10)]
    again = store_terms(session(), others)
    assert again[-1] == first[-2]
    assert session.get(Term, again[-2]).code == "stalled-2"


def test_claims_are_exact_over_gaps():
    claims = ClaimedRows()
    for record_id in (1, 65_535, 65_536, 3_000_000):
        claims.claim(record_id, record_id + 1)
    assert [claims.row_of(i) for i in (1, 2, 65_535, 65_536, 3_000_000)] == [2, 0, 65_536, 65_537, 3_000_001]


def test_an_import_killed_on_the_way_carries_on_to_the_same_end(new_app, tmp_path):
    path = real("global_10k.csv.gz")
    file = tmp_path / "broken.db"
    broken = f"sqlite:///{file}"
    command = [*PORTAL, "import", str(path), "--new-terms", "add"]
    app = new_app(broken)
    run = {"env": {**os.environ, "DATABASE_URL": broken}, "cwd": ROOT, "stdout": subprocess.PIPE, "text": True}
    importing = subprocess.Popen(command, **run)

    def stored():
        # By the portal's own library: in one process, another one takes its locks from it.
        with app.app_context(), db.engine.connect() as connection:
            return connection.execute(sql("SELECT count(*) FROM project")).scalar_one()

    while importing.poll() is None and not stored():
        time.sleep(0.02)
    importing.kill()
    importing.communicate()
    # Counted now: another batch may have been stored before the signal came.
    before = stored()
    assert importing.returncode == -signal.SIGKILL
    with app.app_context():
        assert text_index.find_stale_documents(db.session()) == []
        db.session.remove()
    again = subprocess.run(command, check=False, **run)
    assert f" {before:,} unchanged" in again.stdout
    whole = new_app(f"sqlite:///{tmp_path}/whole.db")
    with whole.app_context():
        import_file(db.session(), path, report=Report(), new_terms="add")
        db.session.commit()
        unbroken = contents(db.session())
        db.session.remove()
    with app.app_context():
        assert contents(db.session()) == unbroken
        assert not unbroken[-1]
        for project_id, number in not_empty(db.session.execute(select(Project.id, Project.reference).limit(50))):
            assert project_id in text_index.match(db.session(), number).all
        db.session.remove()

"""Undoing a run that changed several records."""

from portal.models import Project
from portal.services.imports import Report, import_file
from portal.services.imports.header import REQUIRED_COLUMNS
from portal.services.imports.runs.undo import undo_run


def take(session, path, *titles):
    rows = [f"T.{number},{title}" + "," * (len(REQUIRED_COLUMNS) - 2) for number, title in enumerate(titles)]
    path.write_text("\n".join([",".join(REQUIRED_COLUMNS), *rows]), encoding="utf-8")
    report = Report()
    import_file(session(), path, report=report)
    return report.run_id


def test_each_record_is_restored_once(session, tmp_path):
    take(session, tmp_path / "in.csv", "One", "Two", "Three")
    run_id = take(session, tmp_path / "in.csv", "Uno", "Dos", "Tres")
    assert undo_run(session(), run_id) == (3, 0, 0, 0)
    assert session.query(Project.title, Project.version).order_by(Project.id).all() == [
        ("One", 3), ("Two", 3), ("Three", 3),
    ]  # fmt: skip

"""CSV files for a French Excel, only where they are asked for."""

import csv
import io

import pytest

from portal.exports.dialect import DIALECTS, RFC_4180
from portal.search.query.filters import Filters
from portal.services.imports import Report, import_file
from portal.web.presentation import i18n
from portal.web.public import download_menu


def cells(answer, separator):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=separator, strict=True))


@pytest.mark.parametrize(
    "address",
    [
        "/projects.csv?header=keys",
        "/projects/LM.0101.csv?header=keys",
        "/projects/table.csv?by=country&measure=shared",
        "/data-and-research/budget-by-theme.csv?",
        "/data-and-research/key-figures.csv?",
        "/data-and-research/eligible-states.csv?",
        "/projects.iati-report.csv?",
    ],
)
def test_a_file_differs_in_separators_and_decimals_alone(file, address):
    plain, french = file(address), file(f"{address}&excel=fr")
    assert french.data != plain.data
    assert french.headers["ETag"] != plain.headers["ETag"]
    assert french.data.startswith(b"\xef\xbb\xbf")
    rows, french_rows = cells(plain, ","), cells(french, ";")
    assert len(rows) > 1
    assert [[RFC_4180.number(cell) for cell in row] for row in rows] == rows
    assert [[DIALECTS["fr"].number(cell) for cell in row] for row in rows] == french_rows


def test_an_amount_has_a_decimal_comma_and_a_text_keeps_its_dot(file):
    columns = "columns=project_id&columns=title&columns=budget_usd"
    rows = cells(file(f"/projects.csv?excel=fr&header=keys&{columns}&q=LM.0101"), ";")
    assert rows[1][0] == "LM.0101"
    assert rows[1][2] == "150000,00"


def test_without_being_asked_a_french_page_gets_rfc_4180(file):
    rows = cells(file("/fr/projects.csv?columns=project_id&columns=title&columns=budget_usd&q=LM.0101"), ",")
    assert rows[0][:2] == ["Numéro de projet", "Titre"]
    assert rows[1][2] == "150000.00"


def test_the_file_comes_back_as_it_left(session, file, tmp_path):
    path = tmp_path / "projets.csv"
    path.write_bytes(file("/projects.csv?excel=fr").data)
    report = Report()
    import_file(session(), path, report=report)
    assert (report.added, report.changed, report.refused) == (0, 0, 0), report.first_issues
    assert report.unchanged == 9


@pytest.mark.parametrize("address", ["/projects.csv", "/projects/table.csv", "/data-and-research/key-figures.csv"])
def test_another_country_is_refused_by_name(file, address):
    assert "it is fr, or left out" in file(f"{address}?excel=de", status=400).text


def test_a_workbook_does_not_change(file):
    plain, french = file("/projects.xlsx?country=KEN"), file("/projects.xlsx?country=KEN&excel=fr")
    assert abs(len(plain.data) - len(french.data)) < 200


@pytest.mark.parametrize(("language", "offered"), [("en", 0), ("fr", 1), ("es", 0)])
def test_the_menu_of_a_french_list_offers_it(app, session, language, offered):
    with app.test_request_context(), i18n.using(language):
        for links, most in (
            (download_menu.selection_links(Filters(), 1), 1),
            (download_menu.project_links("LM.0101"), 0),
        ):
            urls = [link.url for link in links]
            assert sum(url.endswith("csv?excel=fr") for url in urls) == most * offered
            assert sum(url.endswith(".csv") for url in urls) == 1

"""CSV files."""

import pytest

from portal.exports.columns import COLUMNS


def test_the_file_begins_with_a_mark_that_can_be_left_out(file):
    assert file("/projects.csv").data.startswith(b"\xef\xbb\xbfProjects ID,")
    assert file("/projects.csv?bom=0").data.startswith(b"Projects ID,")


def test_lines_end_as_rfc_4180_says(file):
    data = file("/projects.csv?columns=title&columns=summary").data
    assert data.count(b"\r\n") == 1 + 9
    assert b"\r" not in data.replace(b"\r\n", b"")


def test_names_stand_beside_codes(rows):
    row = next(row for row in rows("/projects.csv?header=keys") if row["project_id"] == "LM.0101")
    assert (row["status"], row["status_code"]) == ("Active", "active")
    assert (row["benefiting_member_states"], row["country_codes"]) == ("Kenya", "KEN")
    assert (row["project_type"], row["theme_code"]) == ("Labour Migration", "labour-migration")
    assert (row["budget_usd"], row["start_date"], row["end_date"], row["year"]) == (
        "150000.00",
        "2021-03",
        "2023",
        "2021",
    )


def test_several_values_of_a_cell_are_separated(rows):
    row = next(row for row in rows("/projects.csv?header=keys") if row["project_id"] == "TC.0107")
    assert row["benefiting_member_states"].startswith("Angola; Benin; ")
    assert (row["other_countries"], row["sdg"], row["gcm"]) == ("Algeria; Tunisia", "8.8; 10.7; 16", "5; 6; 23")


def test_nothing_is_not_stated_as_zero(rows):
    by_id = {row["project_id"]: row["budget_usd"] for row in rows("/projects.csv?header=keys")}
    assert (by_id["MA.0105"], by_id["PR.0106"], by_id["LM.0201"]) == ("", "0.00", "0.50")


def test_a_cell_that_would_run_is_made_harmless(rows):
    titles = [row["title"] for row in rows("/projects.csv?header=keys")]
    assert "'=1+1 is not a formula" in titles
    assert next(title for title in titles if "dash" in title).startswith("'- a dash")


def test_columns_are_chosen_and_ordered(file):
    text = file("/projects.csv?bom=0&header=keys&columns=year&columns=project_id&q=LM.0101").text
    assert text == "year,project_id\r\n2021,LM.0101\r\n"


def test_hashtags_follow_the_header(file):
    text = file("/projects.csv?bom=0&header=keys&columns=project_id&columns=budget_usd&hxl=1&q=LM.0101").text
    assert text.splitlines()[1] == "#activity+code,#value+budget+usd"


def test_every_column_has_a_hashtag_of_hxl():
    assert len(COLUMNS) > 30
    assert all(column.hxl.startswith("#") for column in COLUMNS)


def test_a_selection_of_nothing_is_a_header(file):
    assert file("/projects.csv?bom=0&header=keys&columns=title&q=nothingofthekind").text == "title\r\n"


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "-budget", "budget"])
def test_rows_stand_in_the_order_of_the_page(file, rows, client, sort):
    page = client.get(f"/projects/?sort={sort}&per_page=100").text
    keys = [row["key"] for row in rows(f"/projects.csv?header=keys&sort={sort}")]
    places = [page.index(f'href="/projects/{key}"') for key in keys]
    assert len(keys) == 9
    assert places == sorted(places)

"""Files of a selection and of one project: addresses, headers and refusals."""

import pytest

from portal.exports.registry import FORMATS
from portal.models import Project
from portal.services.editorial import publication
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, import_records
from tests.loops import not_empty


@pytest.fixture
def records(session):
    import_records(
        session,
        [
            {"project_id": "LM.0001", "title": "One", "benefiting_member_states": "Kenya", "status": "Active"},
            {"project_id": "LM.0001.csv", "title": "An ID that ends like a file"},
        ],
    )


def test_the_menu_leads_to_each_format(visit, client, records):
    page = visit("/projects/?country=KEN")
    links = {link.attrs["href"] for link in page.select("details.menu .sheet li a")}
    assert links == {f"/projects.{suffix}?country=KEN" for suffix in FORMATS if FORMATS[suffix].is_listed}
    for address in not_empty(links):
        assert client.get(address).status_code == 200
    assert "The file holds the one project of this list." in page.text


@pytest.mark.parametrize("address", ["/projects/?country=KEN", "/projects/LM.0001"])
def test_the_menu_leads_to_the_parameters_of_files(visit, records, address):
    (link,) = visit(address).select("details.menu .sheet p a")
    path, _, anchor = link.attrs["href"].partition("#")
    assert anchor in visit(path).ids


def test_files_are_announced_to_programs(visit, records):
    page = visit("/projects/?country=KEN")
    announced = {link.attrs["href"]: link.attrs["type"] for link in page.select("link[rel=alternate][type]")}
    assert announced["/projects.csv?country=KEN"] == "text/csv"
    assert len(announced) == sum(export_format.is_listed for export_format in FORMATS.values())


def test_page_view_and_page_size_do_not_matter(client, records):
    addresses = ["/projects.csv?sort=title", "/projects.csv?sort=title&page=9&per_page=1&view=table&utm_source=x"]
    answers = [client.get(address) for address in addresses]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_the_name_says_site_selection_and_date_of_the_state(client, records, session):
    day = max(session.execute(Project.__table__.select().with_only_columns(Project.changed_at)).scalars()).date()
    name = client.get("/projects.csv?country=KEN").headers["Content-Disposition"]
    assert name == f'attachment; filename="iom-development-fund_projects-benefiting-kenya_{day}.csv"'


def test_head_makes_no_file(client, records):
    answer = client.head("/projects.csv")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == client.get("/projects.csv").headers["ETag"]


@pytest.mark.parametrize("packing", ["", "br", "zstd"])
def test_an_unchanged_file_is_not_sent_again(client, records, packing):
    headers = {"Accept-Encoding": packing}
    etag = client.get("/projects.csv", headers=headers).headers["ETag"]
    answer = client.get("/projects.csv", headers=headers | {"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_each_selection_format_option_and_packing_has_its_own_etag(client, records):
    addresses = ["/projects.csv", "/projects.json", "/projects.csv?q=One", "/projects.csv?header=keys"]
    etags = [client.get(address).headers["ETag"] for address in addresses]
    etags.append(client.get("/projects.csv", headers={"Accept-Encoding": "br"}).headers["ETag"])
    assert len(set(etags)) == 5


def test_a_change_of_the_records_changes_the_etag(client, records, session):
    before = client.get("/projects.csv").headers["ETag"]
    import_records(session, [{"title": "Another"}])
    assert client.get("/projects.csv").headers["ETag"] != before


def test_other_sites_may_read_the_files(client, records):
    headers = client.get("/projects.csv").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_an_unknown_ending_is_not_found(client, records):
    assert client.get("/projects.doc").status_code == 404
    assert client.get("/projects/LM.0001.doc").status_code == 404


@pytest.mark.parametrize("address", ["/projects.csv", "/projects/LM.0001.csv.json"])
def test_an_unknown_column_lists_the_known_ones(client, records, address):
    answer = client.get(f"{address}?columns=colour")
    assert answer.status_code == 400
    assert "benefiting_member_states" in answer.text


def test_a_project_has_its_own_files(client, records):
    assert client.get("/projects/LM.0001.json?columns=title").json == {"title": "One"}


def test_an_exact_key_wins_over_an_ending(client, records):
    assert "An ID that ends like a file" in client.get("/projects/LM.0001.csv").text
    assert client.get("/projects/LM.0001.csv.json?columns=project_id").json == {"project_id": "LM.0001.csv"}


def test_another_spelling_of_a_key_redirects_with_its_ending(client, records):
    answer = client.get("/projects/lm.0001.jsonl?columns=title")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/projects/LM.0001.jsonl?columns=title")


@pytest.mark.parametrize("suffix", list(FORMATS))
def test_a_withdrawn_record_is_gone_in_every_format(client, office, suffix):
    project = office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0777")).project
    publication.withdraw(office.session, project, by=office.reviewer, reason="Twice in the list")
    office.session.commit()
    assert client.get(f"/projects/LM.0777.{suffix}").status_code == 410


def test_other_methods_are_refused(client, records):
    assert client.post("/projects.csv").status_code == 405


def test_the_third_file_at_once_is_asked_to_come_back(client, records, monkeypatch):
    monkeypatch.setattr("portal.web.http.file_response.take_slot", lambda *_, **__: None)
    answer = client.get("/projects.csv")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Try again in half a minute" in answer.text

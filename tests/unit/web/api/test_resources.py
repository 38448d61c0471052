"""The resources of the API: what each answer holds, its links, conditions and refusals."""

from urllib.parse import urlsplit

import pytest

from portal.exports.columns import COLUMNS
from portal.models import Term
from portal.services.editorial import publication
from portal.services.operations import terms
from portal.vocabulary.facets import FACETS, TERM_FACETS
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office, import_records
from tests.loops import not_empty

LISTED = ("projects", "projects/LM.0101", "facets", "table", "terms/theme")


def path(link):
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_a_list_has_all_of_its_parts(ask):
    answer = ask("projects?status=completed&per_page=2")
    assert set(answer) == {
        "items", "total", "sums", "query", "notes", "page", "pages", "per_page", "sort", "next_cursor", "facets",
        "links", "publisher", "licence", "records_changed",
    }  # fmt: skip
    assert (len(answer["items"]), answer["page"], answer["per_page"], answer["sort"]) == (2, 1, 2, "newest")
    assert answer["query"].startswith("Completed projects: ")
    assert answer["sums"]["projects"] == answer["total"] > 2
    assert answer["licence"] == {"name": "No licence stated", "url": None}


def test_a_project_has_the_names_of_the_columns(ask):
    item = ask("projects/LM.0101")["item"]
    assert list(item) == [column.name for column in COLUMNS]
    assert (item["key"], item["prima_id"]) == ("LM.0101", None)


def test_a_project_of_a_list_is_the_project_alone(ask):
    items = {item["key"]: item for item in ask("projects?per_page=100")["items"]}
    assert items["LM.0101"] == ask("projects/LM.0101")["item"]


def test_a_list_is_that_of_the_download(ask, client):
    query = "country=KEN&country=UGA&sort=-budget"
    items = [{**item, "last_changed": None} for item in ask(f"projects?{query}")["items"]]
    assert items == [{**item, "last_changed": None} for item in client.get(f"/projects.json?{query}").json["items"]]
    assert items


def test_fields_choose_and_order(ask):
    fields = "fields=budget_usd&fields=title&fields=title"
    assert list(ask(f"projects?{fields}")["items"][0]) == ["budget_usd", "title"]
    assert list(ask(f"projects/LM.0101?{fields}")["item"]) == ["budget_usd", "title"]


def test_links_lead_through_all_pages(ask):
    keys, address = [], "projects?sort=title&per_page=3&fields=key&facets=0"
    while address:
        answer = ask(address)
        keys += [item["key"] for item in answer["items"]]
        assert path(answer["links"]["self"]).removeprefix("/api/v1/") == path(address)
        address = answer["links"]["next"] and path(answer["links"]["next"]).removeprefix("/api/v1/")
    assert keys == [item["key"] for item in ask("projects?sort=title&per_page=100")["items"]]
    assert len(keys) == answer["total"] > 6


def test_the_links_of_a_page_in_the_middle(ask):
    links = ask("projects?per_page=2&page=2&q=&sort=newest")["links"]
    base = "http://127.0.0.1:8000"
    assert links == {
        "self": f"{base}/api/v1/projects?page=2&per_page=2",
        "next": f"{base}/api/v1/projects?page=3&per_page=2",
        "prev": f"{base}/api/v1/projects?per_page=2",
        "first": f"{base}/api/v1/projects?per_page=2",
        "last": f"{base}/api/v1/projects?page={ask('projects?per_page=2')['pages']}&per_page=2",
        "alternate": f"{base}/projects/?per_page=2",
    }


def test_a_cursor_leads_through_all_projects_too(ask):
    keys, answer = [], ask("projects?sort=title&per_page=3")
    for _ in range(20):
        keys += [item["key"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        answer = ask(f"projects?sort=title&per_page=3&cursor={answer['next_cursor']}")
        assert (answer["page"], answer["links"]["prev"], answer["links"]["last"]) == (None, None, None)
    assert keys == [item["key"] for item in ask("projects?sort=title&per_page=100")["items"]]


def test_after_a_cursor_next_is_a_cursor(ask):
    cursor = ask("projects?per_page=2")["next_cursor"]
    answer = ask(f"projects?per_page=2&cursor={cursor}")
    assert answer["next_cursor"]
    assert answer["links"]["next"].endswith(f"per_page=2&cursor={answer['next_cursor']}")


def test_counts_are_those_of_the_lists(ask):
    facets = ask("projects?region=africa")["facets"]
    assert list(facets) == list(FACETS)
    for value in not_empty(facets["status"]["values"]):
        assert ask(f"projects?region=africa&status={value['value']}")["total"] == value["count"]


def test_counts_can_be_left_out(ask):
    assert ask("projects?facets=0")["facets"] is None
    assert ask("projects?facets=1")["facets"]


def test_the_counts_stand_alone_too(ask):
    listed, alone = ask("projects?region=africa"), ask("facets?region=africa")
    assert "items" not in alone
    assert {name: listed[name] for name in ("facets", "total", "sums", "query")} == {
        name: alone[name] for name in ("facets", "total", "sums", "query")
    }


def test_a_table_has_the_numbers_of_its_file(ask, client):
    query = "by=country&across=status&measure=shared&region=africa"
    answer, file = ask(f"table?{query}"), client.get(f"/projects/table.json?{query}").json
    names = ("by", "across", "measure", "unit", "rows", "columns", "table_total", "total", "sums")
    assert {name: answer[name] for name in names} == {name: file[name] for name in names}
    assert answer["rows"]


@pytest.mark.parametrize("facet", TERM_FACETS)
def test_terms_have_the_counts_of_all_projects(ask, facet):
    counts = {value["value"]: value["count"] for value in ask("facets")["facets"][facet]["values"]}
    listed = ask(f"terms/{facet}")["terms"]
    assert listed
    assert {term["code"]: term["projects"] for term in listed if term["projects"]} == {
        code: count for code, count in counts.items() if code != "none"
    }


def test_a_term_has_its_names_and_its_broader_term(ask):
    (labour,) = [term for term in ask("terms/type")["terms"] if term["code"] == "labour-migration"]
    assert labour["parent"] == "labour-migration"
    (ivory,) = [term for term in ask("terms/country")["terms"] if term["code"] == "CIV"]
    assert "Ivory Coast" in ivory["other_names"]
    assert set(ivory["names"]) == {"en", "fr", "es"}


def test_a_reversed_range_is_an_empty_list_that_says_why(ask):
    answer = ask("projects?year_from=2015&year_to=2008")
    assert (answer["items"], answer["total"]) == ([], 0)
    assert any("is before the first year" in note for note in answer["notes"])


def test_an_answer_of_samples_says_so(client, sample):
    answer = client.get("/api/v1/projects").json
    assert answer["notes"] == ["These records are a sample of the Fund’s projects, not all of them."]
    assert {item["sample"] for item in answer["items"]} == {"sample"}


def test_another_spelling_of_a_key_redirects(client, records):
    answer = client.get("/api/v1/projects/lm.0101?fields=title")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "http://127.0.0.1:8000/api/v1/projects/LM.0101?fields=title"


def test_an_unknown_key_is_a_problem(ask):
    assert ask("projects/nowhere", status=404)["title"] == "Project not found"


def test_a_withdrawn_record_is_gone_with_its_reason(client, session):
    office = Office(session)
    project = office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.0777")).project
    publication.withdraw(office.session, project, by=office.reviewer, reason="Twice in the list")
    office.session.commit()
    answer = client.get("/api/v1/projects/LM.0777")
    assert (answer.status_code, answer.json["detail"]) == (410, "Twice in the list")
    assert answer.json["withdrawn"].endswith("Z")


def test_an_unknown_list_of_terms_names_the_known_ones(ask):
    assert ask("terms/year", status=404)["known"] == list(TERM_FACETS)


def test_a_table_of_a_facet_by_itself_is_not_there(ask):
    assert ask("table?by=region&across=region", status=404)["title"] == "No such table"


def test_a_page_past_the_end_names_the_last_one(ask):
    pages = ask("projects?per_page=3")["pages"]
    assert ask(f"projects?per_page=3&page={pages + 1}", status=404)["last_page"] == pages
    cursor = ask("projects?per_page=3")["next_cursor"]
    assert ask(f"projects?cursor={cursor}&page=2", status=404)["last_page"] == 1


@pytest.mark.parametrize("address", [*LISTED, "../openapi.json"])
@pytest.mark.parametrize("packing", ["", "br", "zstd"])
def test_an_unchanged_answer_is_not_sent_again(client, records, address, packing):
    headers = {"Accept-Encoding": packing}
    address = f"/api/{address[3:]}" if address.startswith("../") else f"/api/v1/{address}"
    etag = client.get(address, headers=headers).headers["ETag"]
    answer = client.get(address, headers=headers | {"If-None-Match": etag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)


def test_a_change_of_the_records_changes_each_tag(client, records, session):
    before = {address: client.get(f"/api/v1/{address}").headers["ETag"] for address in LISTED}
    import_records(session, [{"title": "Another"}])
    assert all(client.get(f"/api/v1/{address}").headers["ETag"] != tag for address, tag in not_empty(before.items()))


def test_each_question_has_a_tag_of_its_own(client, records):
    addresses = ["projects", "projects?page=2&per_page=3", "projects?fields=title", "projects?facets=0", "facets"]
    cursor = client.get("/api/v1/projects?per_page=3").json["next_cursor"]
    addresses += ["projects?per_page=3", f"projects?per_page=3&cursor={cursor}", "table", "table?measure=full"]
    assert len({client.get(f"/api/v1/{address}").headers["ETag"] for address in addresses}) == len(addresses)


def test_two_spellings_of_a_question_have_one_tag(client, records):
    addresses = ["projects?country=UGA&country=KEN&page=1", "projects?country=KE&country=UGA&sort=newest&q="]
    assert len({client.get(f"/api/v1/{address}").headers["ETag"] for address in addresses}) == 1


@pytest.mark.parametrize("address", LISTED)
def test_head_is_get_without_a_body(client, records, address):
    head, get = (client.open(f"/api/v1/{address}", method=method) for method in ("HEAD", "GET"))
    assert (head.status_code, head.data) == (200, b"")
    assert {name: head.headers[name] for name in ("ETag", "Content-Type", "Content-Length")} == {
        name: get.headers[name] for name in ("ETag", "Content-Type", "Content-Length")
    }


def test_a_cookie_is_neither_read_nor_set(app, session, client, records, office):
    answer = client.get("/api/v1/projects")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_a_former_code_of_a_term_is_still_understood(ask, session):
    health, borders = (
        session.query(Term).filter_by(facet="theme", code=code).one()
        for code in ("migration-and-health", "borders-and-identity")
    )
    terms.merge(session(), health, borders)
    session.commit()
    answer = ask("projects?theme=migration-and-health&theme=borders-and-identity")
    assert answer["links"]["self"].endswith("/projects?theme=borders-and-identity")
    (term,) = [term for term in ask("terms/theme")["terms"] if term["code"] == "borders-and-identity"]
    assert term["former_codes"] == ["migration-and-health"]

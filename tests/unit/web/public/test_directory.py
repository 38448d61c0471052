"""The directory over HTTP: page and fragment, words, counts, nonsense, ways out."""

import re

import pytest

from portal.vocabulary.facets import FACETS
from portal.vocabulary.workflow import State
from tests.conftest import FRAGMENT
from tests.factories import COMPLETE
from tests.loops import not_empty
from tests.pages import words

pytestmark = pytest.mark.usefixtures("sample")

AFRICA = "/projects/?region=africa&status=completed&coverage=regional&country=GHA&country=TGO"


def chips(page):
    return [words(chip) for chip in page.select(".chip")]


def numbers(page):
    return [words(number) for number in page.select(".meta .mono")]


def test_the_sentence_is_heading_and_title(visit):
    page = visit(AFRICA)
    heading = "Completed regional projects in Africa benefiting Ghana or Togo"
    sentence = f"{heading}: 2 projects, USD 278,000 full value, USD 111,143 shared value"
    assert words(page.one("#sentence")) == sentence
    assert page.title == f"{sentence} | IOM Development Fund"
    assert words(page.one("#status")) == "2 projects found"


def test_all_together_is_said_so(visit):
    page = visit("/projects/?country=GHA&country=TGO&country_match=all")
    assert words(page.one("#sentence")).startswith("Projects benefiting Ghana and Togo together: ")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "All projects: 100 projects, USD 16.5 million"),
        ("status=none", "Projects with status not stated: 18 projects"),
        ("theme=labour-migration", "Projects on labour migration: 12 projects"),
        ("year=2008", "Projects allocated in 2008: 2 projects"),
        ("budget=none", "Projects with no budget stated: 15 projects, budget not stated"),
        ("year_from=2018&year_to=2022", "Projects allocated 2018–2022: "),
        ("region=middle-east", "Projects in the Middle East: one project"),
        ("budget_min=400000", "Projects with USD 400,000 or more: "),
    ],
)
def test_selections_in_words(visit, query, sentence):
    assert words(visit(f"/projects/?{query}").one("#sentence")).startswith(sentence)


@pytest.mark.parametrize(
    "query", ["", "country=GHA&country=TGO", "q=labour", "view=table&sort=title", "status=active&q=zzzz", "page=3"]
)
def test_the_fragment_is_a_slice_of_the_page(client, query):
    page = client.get(f"/projects/?{query}")
    part = client.get(f"/projects/?{query}", headers=FRAGMENT)
    results = part.text.split("</title>")[1].split('<div id="facet-panel"')[0].strip()
    facets = (
        part.text.split('hx-swap-oob="innerMorph">')[1]
        .split('<span id="selected-count"')[0]
        .strip()
        .removesuffix("</div>")
    )
    assert results in page.text
    assert facets.strip() in page.text
    for header in ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request"):
        assert header in page.headers["Vary"]
        assert header in part.headers["Vary"]


def test_going_back_gets_the_whole_page(client):
    back = client.get("/projects/", headers=FRAGMENT | {"HX-History-Restore-Request": "true"})
    assert back.text.startswith("<!doctype html>")


def test_a_choice_is_pushed_and_typing_replaces(client):
    choice = client.get("/projects/?region=africa&q=&sort=newest", headers=FRAGMENT)
    typing = client.get("/projects/?q=dam&year_from=", headers=FRAGMENT | {"HX-Source": "input#q"})
    assert choice.headers["HX-Push-Url"] == "/projects/?region=africa"
    assert typing.headers["HX-Replace-Url"] == "/projects/?q=dam"


def test_every_facet_value_leads_to_as_many_projects_as_it_counts(client, visit):
    page = visit("/projects/?region=africa")
    for box in not_empty(page.select("#facet-coverage input.choice, #facet-status input.choice")):
        count = int(re.search(r"\d+", words(box.parent).rsplit(" ", 2)[-2])[0])
        answer = client.get(f"/projects/?region=africa&{box.attrs['name']}={box.attrs['value']}", headers=FRAGMENT)
        found = re.search(r'id="status"[^>]*>(.*?)<', answer.text)[1]
        assert found == {0: "No projects found", 1: "one project found"}.get(count, f"{count} projects found")


@pytest.mark.parametrize(
    ("query", "chip"),
    [
        ("page=abc", "Page abc not a plain whole number, so it is ignored remove"),
        ("sort=password", "Sort by password not understood, so it is ignored remove"),
        ("budget_min=NaN", "Budget at least NaN not a plain whole number, so it is ignored remove"),
        ("per_page=1000000", "Projects a page 1000000 a page holds at most 100 projects remove"),
        ("year_to=9999", "Allocated up to 9999 not a year from 1900 to 2199, so it is ignored remove"),
        ("status=nonsense", "Status nonsense remove"),
        ("country=XX", "Member state XX remove"),
        ("q=%3Cscript%3Ealert(1)%3C/script%3E", "Search <script>alert(1)</script> remove"),
    ],
)
def test_nonsense_is_a_chip_that_can_be_removed(visit, query, chip):
    assert chips(visit(f"/projects/?{query}")) == [chip]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=%ff%fe", "q=%", "q='", 'q="unclosed', "q=AND+OR+NOT", "q=*", "q=NEAR(", "q=title:x", "q=((",
        "q=-", "q=^a", "q=a+*", "q=" + "a" * 3000, "q=%F0%9F%92%A9", "q=%E2%80%AEabc", "q=e" + "%CC%81" * 100,
        "page=-1", "page=%D9%A3", "foo=1&utm_source=x", "country=" + "&country=".join(f"{n:03}" for n in range(200)),
        "budget_min=1e309&budget_max=-0", "year_from=0000-00-00", *(f"{facet}=%00%ff" for facet in FACETS),
    ],
)  # fmt: skip
def test_no_query_is_too_strange(client, query):
    answer = client.get(f"/projects/?{query}")
    assert answer.status_code == 200
    assert "<h1>Projects</h1>" in answer.text


def test_a_contradiction_is_explained_and_kept(visit):
    page = visit("/projects/?year_from=2021&year_to=2001")
    assert "The last year (2001) is before the first year (2021)." in page.text
    assert len(chips(page)) == 2


@pytest.mark.parametrize("page", ["999", "99999999999999999999"])
def test_a_page_past_the_end_says_so_and_leads_back(visit, page):
    answer = visit(f"/projects/?page={page}", status=404)
    assert "this list ends on page 5" in answer.text
    assert "/projects/?page=5" in answer.links


def test_an_empty_list_says_what_dropping_each_part_gives(visit):
    page = visit("/projects/?q=diaspora&region=middle-east&status=active")
    ways = [words(way) for way in page.select(".relaxations li")]
    assert words(page.one("#sentence")) == "No active project in the Middle East mentioning “diaspora”"
    assert ways
    assert all(re.search(r"(one project|\d+ projects)$", way) for way in not_empty(ways))


def test_every_selection_has_one_canonical_address(visit):
    one = visit("/projects/?status=completed&region=africa&sort=newest&page=1")
    other = visit("/projects/?region=AFRICA&status=completed&utm_source=x&view=table")
    canonical = [page.one('link[rel="canonical"]').attrs["href"] for page in (one, other)]
    assert canonical == ["http://127.0.0.1:8000/projects/?region=africa&status=completed"] * 2


@pytest.mark.parametrize(
    ("query", "is_indexed"),
    [("", True), ("region=africa", True), ("region=africa&status=active", False), ("q=dam", False)],
)
def test_more_than_one_facet_is_not_indexed(visit, query, is_indexed):
    assert ("noindex" not in visit(f"/projects/?{query}").text) is is_indexed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("LM.0024", ["LM.0024"]),
        ("lm.0024", ["LM.0024"]),
        ("Q36-805", ["Q36-805"]),
        ('"establish a labour migration policy"', ["LM.0024"]),
        ("georgie reintegration", ["RR.0147"]),
        ("GÉORGIE", None),
        ("traffick*", None),
        ("traffick", None),
    ],
)
def test_text_finds(visit, query, found):
    page = visit("/projects/", query_string={"q": query, "sort": "newest"})
    assert numbers(page) == found if found else len(numbers(page)) > 1


def test_paging_shows_every_project_once(visit):
    seen = [link for page in (1, 2) for link in visit(f"/projects/?sort=title&per_page=50&page={page}").links]
    projects = [link for link in seen if re.fullmatch(r"/projects/[^?]+", link)]
    assert len(projects) == len(set(projects)) == 100


def test_the_list_says_which_projects_have_no_budget(visit):
    assert "15 projects without a budget are left out" in words(visit("/projects/").one(".totals"))


def test_going_back_adds_no_address(client):
    back = client.get("/projects/?region=africa", headers={"HX-Request": "true", "HX-Request-Type": "full"})
    assert "HX-Push-Url" not in back.headers


def test_a_long_list_of_values_is_sent_when_asked_for(visit):
    page = visit("/projects/?status=completed&page=2")
    assert len(page.select("#facet-country input.choice[type=checkbox]")) < 10
    link = page.one("#facet-country .rest a")
    assert words(link) == "Show all 113 member states"
    assert link.attrs["href"] == "/projects/?status=completed&all=country&page=2#all-country"
    whole = visit(link.attrs["href"].partition("#")[0])
    assert len(whole.select("#facet-country input.choice[type=checkbox]")) == 113 + len(["not stated"])
    assert whole.one("#facet-country input[type=hidden][name=all]").attrs["value"] == "country"
    assert whole.select("#facet-country .rest a") == []


def test_an_unheard_of_list_to_unfold_is_said_and_ignored(visit):
    assert "All values of colour not understood, so it is ignored remove" in chips(visit("/projects/?all=colour"))


def test_the_note_on_samples_is_true_beside_other_records(visit, office):
    assert words(visit("/projects/").one(".sample-note")).startswith("These 100 records are a sample")
    office.revision(State.PUBLISHED)
    assert words(visit("/projects/").one(".sample-note")).startswith("100 of the 101 records here are a sample")


def test_a_list_without_any_budget_has_no_total(visit):
    totals = visit("/projects/?budget=none").one(".totals").to_text()
    assert "Not stated" in totals
    assert "USD 0" not in totals


def test_the_exact_total_stands_beside_the_rounded_one(visit, office):
    office.revision(State.PUBLISHED, COMPLETE.replace(title="Wombat study", budget="1234567.89"))
    page = visit("/projects/?q=wombat")
    assert page.one(".totals .exact").to_text() == "USD 1,234,567.89"
    assert "USD 1.2 million" in page.one(".totals").to_text()
    assert "1,234,567.89" in visit("/projects/?q=wombat&view=table").one("tbody").to_text()
    office.revision(State.PUBLISHED, COMPLETE.replace(title="Bilby study", budget="64240"))
    assert not visit("/projects/?q=bilby").select(".totals .exact")

"""The figures of the 2030 Agenda against a plain loop over the same records."""

import csv
import re
from functools import cache

from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import words
from tests.promises.plain_statistics import TERMS, assert_rounded, bars, dollars, records, several, table, terms, total


def test_the_goals_of_the_2030_agenda(rows, visit):
    page = visit("/2030-agenda/")
    goals = {code: served(rows, "sdg", code) for code in codes("sdg")}
    tiles = {words(tile.query("span")[0]): tile for tile in page.select("main .sdgs > li")}
    assert [*tiles] == [code for code, found in goals.items() if any(found)]
    for code, tile in not_empty(tiles.items()):
        tagged, suggested = goals[code]
        targets = [target for target in terms("sdg").values() if target["parent"] == code]
        tagged_targets = {target["code"]: served(rows, "sdg", target["code"])[0] for target in targets}
        assert [(link.attrs["href"], number_in(link)) for link in tile.query("a")] == [
            *([(f"/projects/?sdg={code}", len(tagged))] if tagged else []),
            *([(f"/2030-agenda/suggested/sdg-{code}", len(suggested))] if suggested else []),
            *((f"/projects/?sdg={target}", len(found)) for target, found in tagged_targets.items() if found),
        ]
        amount = words(tile.query("a")[0]).partition("USD")[2]
        assert bool(amount) == any(row["budget_usd"] for row in tagged)
        if amount:
            assert_rounded(amount, total(tagged))
    assert re.findall(r"[0-9]+", words(page.select("main .sdgs + p")[0])) == [
        code for code, found in goals.items() if not any(found)
    ]


def test_the_goals_and_targets_as_a_table(rows, visit):
    shown = {str(code): cells for code, *cells in table(visit("/2030-agenda/"), 0)}
    expected = {term["code"]: (term, *served(rows, "sdg", term["code"])) for term in terms("sdg").values()}
    # Goals are whole numbers in a cell, and targets with a letter or a point are texts.
    assert {code: cells[1:] for code, cells in shown.items()} == {
        code: [
            len(tagged), dollars(total(tagged)) if any(row["budget_usd"] for row in tagged) else "–", len(suggested)
        ]
        for code, (term, tagged, suggested) in expected.items()
        if not term["parent"] or tagged or suggested
    }  # fmt: skip


def test_the_objectives_of_the_2030_agenda(rows, visit):
    page = visit("/2030-agenda/")
    objectives = {code: served(rows, "gcm", code) for code in codes("gcm")}
    lengths = bars([len(found) for both in objectives.values() for found in both])
    drawn = [length or "" for length in lengths]
    assert [(row[0], *row[2:]) for row in table(page, 1)] == [
        (int(code), len(tagged), tagged_bar, len(suggested), suggested_bar)
        for (code, (tagged, suggested)), tagged_bar, suggested_bar in zip(
            objectives.items(), drawn[::2], drawn[1::2], strict=True
        )
    ]
    assert [link.attrs["href"] for link in page.select("main table")[1].query("a")] == [
        link
        for code, (tagged, suggested) in objectives.items()
        for found, link in ((tagged, f"/projects/?gcm={code}"), (suggested, f"/2030-agenda/suggested/gcm-{code}"))
        if found
    ]


def codes(facet):
    """The Goals, or the objectives: what has nothing above it."""
    return [term["code"] for term in terms(facet).values() if not term["parent"]]


@cache
def rules():
    with (TERMS / "tag_rules.csv").open(encoding="utf-8", newline="") as file:
        return [(row["facet"], row["code"], row["type"]) for row in csv.DictReader(file)]


def served(rows, facet, code):
    """The records that state a Goal, one of its targets or an objective; and those that do not, but whose project
    type a rule has for it."""
    types = {of for named, aim, of in rules() if named == facet and code in (aim, aim.split(".")[0])}
    tagged = [row for row in rows if any(code in (tag, tag.split(".")[0]) for tag in several(row, facet))]
    suggested = [
        row for row in rows
        if row not in tagged and row["project_type"] and terms("type")[row["project_type"]]["code"] in types
    ]  # fmt: skip
    return tagged, suggested


def number_in(link):
    return int(re.search(r"([0-9]+|one) (project|suggestion)", words(link))[1].replace("one", "1"))


def test_a_number_of_the_2030_agenda_leads_to_as_many_projects(session, client, visit):
    """Stated or suggested: the number in a link is what the page behind it then says."""
    import_records(session, records(4, 60))
    counted = []
    page = visit("/2030-agenda/")
    cells = [cell for cell in page.select("main td") if "wide-only" not in cell.attrs.get("class", "")]
    for link in [*page.select("main .sdgs a"), *(link for cell in cells for link in cell.query("a"))]:
        answer = client.get(link.attrs["href"]).text
        listed = re.search(r'(?:id="status"|role="status")>(No|one|One|[0-9]+) project', answer)[1]
        said = re.search(r"[0-9]+|one", re.sub("^.*: ", "", words(link)))[0]
        counted.append((link.attrs["href"], *({"No": 0, "one": 1, "One": 1}.get(n) or int(n) for n in (said, listed))))
    assert len(counted) > 20
    assert [found for found in counted if found[1] != found[2]] == []


def test_pages_of_suggestions_lead_to_one_another(session, visit):
    import_records(
        session,
        [{"title": f"P {n}", "project_id": f"A.{n}", "project_type": "Labour Migration"} for n in range(45)],
    )
    address = "/2030-agenda/suggested/sdg-8"
    first, second, last = (visit(f"{address}{query}") for query in ("", "?page=2", "?page=3"))
    assert pages(first) == {"?page=2"}
    assert pages(second) == {"", "?page=3"}
    assert pages(last) == {"?page=2"}
    assert visit(f"{address}?page=4", status=404)


def pages(page):
    """The queries of the links to other pages of the same list."""
    links = [link.attrs["href"] for link in page.select("main a")]
    return {link.partition("/sdg-8")[2] for link in links if link.startswith("/2030-agenda/suggested/sdg-8")}

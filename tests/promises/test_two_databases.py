"""SQLite and PostgreSQL side by side: the same records, the same questions, the same answers in the same order.

Stands in docs/text-search.md as what a search may rely on.
"""

import csv

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db
from portal.models import Project
from portal.search import directory
from portal.search.index import current
from portal.search.index.caches import caches_for
from portal.search.query.filters import Filters
from portal.search.words import word_store
from portal.services.imports import Report, import_file
from tests.loops import not_empty

# Projects ID, title, summary.
SPECIAL = [
    ("S.01", "Straße und Grenzübergang in Österreich", ""),
    ("S.02", "ΑΘΗΝΑ: Σύνορα και μετανάστευση", ""),
    ("S.03", "Миграция, ёлка и йод", ""),
    ("S.04", "Œuvre d’été à l’École", "Le cœur du projet: e\u0301cole"),
    ("S.05", "ﬁnance №5 on 12 m² and ½", ""),
    ("S.06/A_b 7", "Alpha omega", "National alphabet; alpha beta gamma"),
    ("S.07", "移民政策 한국 이주 प्रवासन नीति الهجرة", ""),
    ("S.08", "\U0001e900\U0001e901 İstanbul’da göç ıssız Ꭰꭰ", ""),
    ("S.09", "x" * 100 + " long", "AND OR NOT NEAR"),
    ("S.10", "soft\u00adware “quoted words” 🚢 cargo", "beta"),
]
# What is typed, and which of the special records it finds; the sample records are compared as well.
TYPED = {
    "strasse": "01", "STRASSE": "01", "straße": "01", "osterreich": "01", "grenzubergang": "01", "grenz": "01",
    "σύνορα": "02", "ΣΥΝΟΡΑ": "02", "συνορα μεταναστ": "02", "αθηνα:": "02",
    "МИГРАЦИЯ": "03", "елка": "03", "Ёлка иод": "03",
    "oeuvre": "04", "ŒUVRE D'ÉTÉ": "04", "ecole": "04", '"l ecole"': "04", "coeur": "04", "e\u0301cole": "04",
    "finance": "05", "no5": "05", "12 m2": "05", '"1 2"': "05",
    "s.06": "06", "S.06/A_b 7": "06", "s.06/a_b 7": "06", "alpha* gam": "06", '"alpha beta" omega': "06",
    '"omega national"': "", '"beta alpha"': "", "alp": "06", '"alp"': "", "lpha": "", "alp gamma": "",
    "移民政策": "07", "한국": "07", "नीति": "07", "الهجرة": "07",
    "istanbul": "08", "goc": "08", "issiz": "08", "ꭰꭰ": "08", "\U0001e900\U0001e901": "08",
    "x" * 64: "09", "x" * 200: "09", "and or not near": "09", "NEAR(": "09", "near OR": "09", "AND -": "05 09",
    "software": "10", '"quoted words': "10", "“quoted words”": "10", "„words": "10", "🚢": "", "🚢 cargo": "10",
    "": "01 02 03 04 05 06 07 08 09 10", "???": "", '"': "", "*": "", "c*": "04 10", "c": "", "title:alpha": "",
    "beta": "06 10", "^alpha": "06", "alpha OR beta": "", "(alpha": "06", "alpha+beta": "06", "a" * 199: "",
}  # fmt: skip
CHOSEN = [
    "sort=title", "sort=title&page=3", "sort=oldest", "sort=budget", "sort=-budget&per_page=100", "sort=newest&page=2",
    "region=africa&country=GHA&country=TGO", "country=GHA&country=TGO&country_match=all", "year=none&status=none",
    "year_from=2008&year_to=2015&budget_min=100000", "sdg=10", "theme=labour-migration&coverage=national",
    "q=migration", "q=migration&sort=title", "q=capacity+building&region=africa", "q=labour&status=active&per_page=5",
]  # fmt: skip


@pytest.fixture(scope="module")
def both(new_app, cluster, tmp_path_factory):
    """Two applications with the sample and the special records, one on each database."""
    folder = tmp_path_factory.mktemp("both")
    with SAMPLE_FILE.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with (folder / "special.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows({"project_id": key, "title": title, "summary": text} for key, title, text in SPECIAL)
    made = [new_app(f"sqlite:///{folder}/portal.db"), new_app(cluster.database())]
    for app in made:
        with app.app_context():
            import_file(db.session(), SAMPLE_FILE, report=Report())
            import_file(db.session(), folder / "special.csv", report=(report := Report()))
            assert report.added == len(SPECIAL), report.first_issues
            db.session.commit()
    return made


@pytest.fixture(scope="module", params=["words of the database", "words in memory"])
def each_way(request, both):
    """Both applications, which find words by the database, or in memory where that is possible."""
    for app in not_empty(both):
        with app.app_context():
            if request.param == "words in memory":
                word_store.keep_words_ready()
                assert word_store.words_at(current.current_snapshot().catalogue_version)
            caches_for(current.current_snapshot()).text_hits.clear()
            db.session.remove()
    yield both
    for app in both:
        with app.app_context():
            word_store.store_for(db.engine.engine).index = None


def answers(both, args):
    """What each of the two says: ids in order, counts, sums."""
    filters = Filters.parse(args)
    for app in both:
        with app.app_context():
            found = directory.find(filters)
            yield [project.id for project in found.projects], found.facet_counts, found.sums, found.sort


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_finds_the_same_on_both(each_way, typed):
    here, there = answers(each_way, MultiDict({"q": typed, "per_page": "100"}))
    assert here == there


@pytest.mark.parametrize(("typed", "found"), TYPED.items())
def test_what_is_typed_finds_what_it_should(each_way, typed, found):
    filters = Filters.parse(MultiDict({"q": typed}))
    for app in not_empty(each_way):
        with app.app_context():
            kept = current.current_snapshot()
            rows, _ = directory.text_hits(kept, filters) or (kept.index.all_rows, None)
            ids = [int(number) for number in kept.index.row_columns.ids[list(rows)]]
            numbers = db.session.query(Project.reference).filter(
                Project.id.in_(ids), Project.reference.startswith("S.")
            )
            assert sorted(number[2:4] for (number,) in numbers) == found.split()


@pytest.mark.parametrize("query", CHOSEN)
def test_what_is_chosen_gives_the_same_list_on_both(both, query):
    pairs = [pair.split("=") for pair in iri_to_uri(query).replace("+", " ").split("&")]
    here, there = answers(both, MultiDict(pairs))
    assert here == there

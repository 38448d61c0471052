"""Pieces: what is joined from them is what Jinja alone prints; a hole is printed and nothing else."""

import operator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from portal.database.orm import db
from portal.search.index import current, refresh
from portal.search.query.filters import Filters
from portal.vocabulary.facets import FACETS, SORTS, VIEWS
from portal.web.presentation.pieces import EncodedPiece, Hole, Piece, escaped
from tests.conftest import FRAGMENT
from tests.loops import not_empty
from tests.promises import ten_records
from tests.statements import sent

VALUES = {
    "region": ["africa", "europe", "none", "atlantis"],
    "country": ["KEN", "UGA", "SEN", "GEO", "none", "XXX"],
    "status": ["active", "completed", "none"],
    "type": ["labour-migration", "immigration-and-borders", "none"],
    "year": ["2008", "2011", "2015", "none"],
    "length": ["1", "3", "10-", "none"],
    "budget": ["none", "3"],
    "sdg": ["10.7", "16"],
    "gcm": ["23"],
}
YEARS, DOLLARS = st.sampled_from([None, 2000, 2010, 2015, 2030]), st.sampled_from([None, 0, 60_000, 10**9])
SEARCHES = st.builds(
    Filters,
    text=st.sampled_from(["", "", "", "kenya", "border", "<b>&\"'", "zzzz", "migration*"]),
    selected=st.frozensets(
        st.sampled_from([(facet, value) for facet, values in VALUES.items() for value in values]), max_size=3
    ),
    match_all_countries=st.booleans(),
    year_from=YEARS,
    year_to=YEARS,
    budget_min=DOLLARS,
    budget_max=DOLLARS,
    sort=st.sampled_from(["", *SORTS]),
    view=st.sampled_from(VIEWS),
    expanded_facets=st.frozensets(st.sampled_from(FACETS), max_size=2),
    page=st.sampled_from([1, 1, 1, 2, 3, 999]),
    per_page=st.sampled_from([20, 20, 1, 2, 100]),
)


@pytest.fixture(scope="module")
def world(new_app, new_database):
    """An application with ten records, on a database of its own."""
    app = new_app(new_database())
    with app.app_context():
        ten_records.publish(db.session)
        db.session.remove()
    return app


@pytest.fixture(scope="module")
def read(world):
    """read(address): status and text of the answer; with `alone` it is printed without any piece."""
    client, pieces = world.test_client(), world.extensions["pieces"]

    def go(address, *, headers=None, alone=False):
        pieces.is_off = alone
        try:
            with world.app_context():
                answer = client.get(address, headers=headers or {})
        finally:
            pieces.is_off = False
        return answer.status_code, answer.text

    return go


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    filters=SEARCHES,
    is_fragment=st.booleans(),
    odd=st.sampled_from(["", "&year_from=x", "&on=2012-06-30"]),
    prefix=st.sampled_from(["", "/fr", "/es"]),
)
def test_a_page_of_pieces_is_what_jinja_alone_prints(read, filters, is_fragment, odd, prefix):
    address, headers = f"{prefix}/projects/?{filters}{odd}", FRAGMENT if is_fragment else {}
    alone = read(address, headers=headers, alone=True)
    assert alone[0] in (200, 404)
    # The second time everything is kept.
    for joined in not_empty(read(address, headers=headers) for _ in range(2)):
        assert joined == alone


def test_other_searches_between_leave_nothing_behind(read):
    addresses = [
        "/projects/?region=africa&sort=title",
        "/projects/?region=africa&sort=budget&per_page=2&page=2",
        "/projects/?region=africa&view=table",
        "/projects/?region=africa&all=country",
        "/projects/?region=africa&country_match=all",
    ]
    assert [read(address) for address in addresses * 2] == [read(address, alone=True) for address in addresses * 2]


def test_nothing_is_kept_while_templates_are_reloaded(world, read, monkeypatch):
    before, kept = read("/projects/"), dict(world.extensions["pieces"]._cached)
    monkeypatch.setattr(world.jinja_env, "auto_reload", True)
    assert read("/projects/?year=2015&view=table&sort=title")[0] == 200
    assert read("/projects/") == before
    assert world.extensions["pieces"]._cached == kept


def test_no_box_is_kept_of_a_value_that_a_visitor_made_up(world, read):
    for number in not_empty(range(3)):
        assert f"madeup{number}" in read(f"/projects/?region=madeup{number}")[1]
    with world.app_context():
        terms = current.current_snapshot().terms
    boxes = repr(
        [cache for (kind, *_), cache in world.extensions["pieces"].cache_for(terms).items() if "boxes" in kind]
    )
    assert "africa" in boxes
    assert "madeup" not in boxes


@pytest.mark.parametrize("prefix", ["", "/fr", "/es"])
def test_the_pages_of_one_search_share_what_they_show_and_nothing_else(world, read, prefix):
    addresses = [
        f"{prefix}/projects/?per_page=2&page={page}{view}" for view in ("", "&view=table") for page in (1, 2, 3)
    ]
    assert [read(address) for address in addresses * 2] == [read(address, alone=True) for address in addresses * 2]
    with world.app_context():
        kept = world.extensions["pieces"].cache_for(current.current_snapshot())
    searches = {locale: len(sheets) for (kind, locale, _), sheets in kept.items() if kind == "searches"}
    # The first page has none before it; the others share one piece.
    assert 4 <= searches[prefix.removeprefix("/") or "en"] < 128


def test_a_page_from_memory_asks_the_database_nothing(world, read):
    with world.app_context():
        store, engines = refresh.store_for(db.engine), list(db.engines.values())
    with ExitStack() as listening:
        of_each = [listening.enter_context(sent(engine)) for engine in engines]
        assert read("/projects/?sort=title")[0] == 200
        asked = sum(map(len, of_each))
        store.max_staleness = 60.0
        try:
            assert read("/projects/?sort=title")[0] == 200
        finally:
            store.max_staleness = 0.0
        assert asked
        assert sum(map(len, of_each)) == asked


def test_an_encoded_piece_takes_another_in_the_place_of_a_hole():
    outer = EncodedPiece(f"<a {Hole('url').__html__()}>{Hole('inner').__html__()}</a>{Hole('inner').__html__()}")
    once = outer.with_piece("inner", EncodedPiece(f"[{Hole('count').__html__()}é]"))
    assert once.names == ("url", "count", "inner")
    whole = once.with_piece("inner", EncodedPiece("!"))
    assert whole.fill({"url": "?a&b", "count": b"<b>1</b>"}).decode() == "<a ?a&amp;b>[<b>1</b>é]</a>!"
    assert outer.fill({"url": Markup("&"), "inner": "<"}) == b"<a &>&lt;</a>&lt;"


def test_values_are_escaped_and_markup_is_not():
    piece = Piece(f"<p>{Hole('one').__html__()}{Hole('two').__html__()}</p>")
    assert piece.fill({"one": "a<b & 'c'", "two": Markup("<i>d</i>")}) == "<p>a&lt;b &amp; &#39;c&#39;<i>d</i></p>"
    assert escaped([1, "x", Markup("<y>"), '"']) == ["1", "x", "<y>", "&#34;"]
    assert escaped([Markup("<y>")]) == ["<y>"]


def test_a_constant_text_before_a_hole_is_escaped():
    piece = Piece(Hole("query", before="/a?b&c").__html__())
    assert piece.fill({"query": "&d"}) == "/a?b&amp;c&amp;d"


@pytest.mark.parametrize(
    "use",
    [
        bool, str, len, list, int, "{}".format,
        lambda hole: hole == "", lambda hole: hole + "", lambda hole: "" in hole, lambda hole: hole[0],
        lambda hole: operator.lt(hole, 1), hash,
    ],
)  # fmt: skip
def test_a_hole_decides_nothing(use):
    with pytest.raises(TypeError):
        use(Hole("count"))


def test_a_template_that_looks_at_a_value_says_so(app):
    template = app.jinja_env.from_string("{% if count %}{{ count }}{% endif %}")
    with pytest.raises(TypeError, match="count is filled in later"):
        template.render(count=Hole("count"))

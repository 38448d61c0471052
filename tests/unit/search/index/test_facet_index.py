"""The index against a slow, obvious loop over plain records: for any data and any filters they agree."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.search.index import facet_index
from portal.search.index.build import ProjectColumns, build_index, patch_index
from portal.search.index.facet_index import FacetIndex
from portal.search.query.filters import Filters
from portal.vocabulary.bands import BANDS, BUDGET_BANDS, LENGTH_BANDS
from portal.vocabulary.facets import FACETS, MULTI_VALUED_FACETS, NOT_STATED, SINGLE_VALUED_FACETS
from tests.index_dump import answered, told
from tests.loops import not_empty

CODES = {
    "region": {1: "africa", 2: "europe", 3: "global"},
    "status": {11: "active", 12: "completed"},
    "coverage": {21: "national", 22: "regional"},
    "theme": {31: "health", 32: "borders"},
    "type": {41: "labour", 42: "policy", 43: "return"},
    "country": {51: "GHA", 52: "TGO", 53: "GEO", 54: "VUT"},
    "sdg": {61: "8", 62: "10"},
    "gcm": {71: "1", 72: "6"},
}
SINGLE = [facet for facet in SINGLE_VALUED_FACETS if facet in CODES]


@dataclass(frozen=True)
class Plain:
    """One record as anybody would write it down."""

    id: int
    title: str
    year: int
    start: int
    end: int
    budget: int
    terms: dict[str, frozenset[str]]
    shares: tuple[tuple[str, int], ...] = ()

    def values(self, facet: str) -> frozenset[str]:
        if facet == "year":
            return frozenset({str(self.year)} if self.year else ())
        if facet == "budget":
            return frozenset({band_of(BUDGET_BANDS, self.budget / 100)} if self.budget >= 0 else ())
        if facet == "length":
            years = self.end // 10_000 - self.start // 10_000 + 1
            return frozenset({band_of(LENGTH_BANDS, years)} if self.start and self.end else ())
        return self.terms[facet]


def band_of(bands, number) -> str:
    """The code of the band that holds a number."""
    return next(band.code for band in bands if band.low <= number and (band.high is None or number < band.high))


def picked_terms(facet: str, most: int):
    return st.sets(st.sampled_from(sorted(CODES[facet].values())), max_size=most).map(frozenset)


# Made once for all records: to make a strategy takes longer than to draw from it.
STATED = {
    "title": st.sampled_from(["a", "b", "c"]),
    "year": st.sampled_from([0, 2001, 2008, 2024]),
    # A year, a month and a day as the index keeps them.
    "start": st.sampled_from([0, 2002_01_01, 2008_05_01, 2008_05_31]),
    "end": st.sampled_from([0, 2009_99_99, 2024_02_99, 2024_06_30]),
    "budget": st.sampled_from([-1, 0, 4_999_999, 5_000_000, 5_000_050, 40_000_000, 10**12]),
}
TERMS = {facet: picked_terms(facet, 1 if facet in SINGLE_VALUED_FACETS else 4) for facet in CODES}
SOME = st.booleans()
SHARE = st.integers(0, 10_000)


@st.composite
def stated_shares(draw, countries):
    """Shares of these countries, which may total more or less than 10,000, or none."""
    if not countries or draw(SOME):
        return ()
    bounds = sorted(draw(SHARE) for _ in countries[1:])
    shares = [b - a for a, b in pairwise([0, *bounds, 10_000])]
    if draw(SOME):
        shares = [draw(SHARE) for _ in countries]
    return tuple(zip(countries, shares, strict=True)) if any(shares) else ()


@st.composite
def plains(draw, ids=tuple(range(1, 76, 3))):
    records = []
    for number in ids[: draw(st.integers(0, len(ids)))]:
        stated = {name: draw(strategy) for name, strategy in STATED.items()}
        terms = {facet: draw(strategy) for facet, strategy in TERMS.items()}
        records.append(Plain(number, **stated, terms=terms, shares=draw(stated_shares(sorted(terms["country"])))))
    return records


VALUES = {
    facet: [*codes.values(), NOT_STATED, "ZZZ" if facet == "country" else "unheard-of"]
    for facet, codes in CODES.items()
}
VALUES |= {"year": ["2001", "2008", "1999", NOT_STATED]}
VALUES |= {facet: [*(band.code for band in bands), NOT_STATED] for facet, bands in BANDS.items()}
MOST_PICKS = st.sampled_from([0, 0, 1, 3])
PICKS = {
    facet: {most: st.sets(st.sampled_from(VALUES[facet]), max_size=most) for most in (0, 1, 3)} for facet in FACETS
}
YEARS = st.sampled_from([None, None, 2001, 2008, 2030])
MONEY = st.sampled_from([None, None, 0, 50_000, 400_000])
DAYS = [None, None, None, date(2008, 5, 30), date(2008, 5, 31), date(2024, 2, 29), date(2024, 6, 30)]
ASKED = {
    "match_all_countries": SOME,
    "year_from": YEARS,
    "year_to": YEARS,
    "budget_min": MONEY,
    "budget_max": MONEY,
    "on": st.sampled_from([*DAYS, date(2024, 7, 1), date(2009, 12, 31)]),
    "sort": st.sampled_from(["", "oldest", "budget", "-budget", "title"]),
    "per_page": st.integers(1, 7),
}


@st.composite
def searches(draw):
    picks = frozenset((facet, value) for facet, sizes in PICKS.items() for value in draw(sizes[draw(MOST_PICKS)]))
    return Filters(selected=picks, **{name: draw(strategy) for name, strategy in ASKED.items()})


def columns(records: list[Plain]) -> ProjectColumns:
    records = sorted(records, key=lambda record: (record.title, record.id))
    ids = {facet: {code: number for number, code in CODES[facet].items()} for facet in CODES}

    def column(read) -> np.ndarray:
        return np.array([read(record) for record in records], dtype=np.int64)

    def many(facet: str) -> tuple[np.ndarray, np.ndarray]:
        pairs = [(row, ids[facet][code]) for row, record in enumerate(records) for code in record.terms[facet]]
        table = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
        return table[:, 0], table[:, 1]

    return ProjectColumns(
        ids=column(lambda r: r.id),
        years=column(lambda r: r.year),
        starts=column(lambda r: r.start),
        ends=column(lambda r: r.end),
        budgets=column(lambda r: r.budget),
        single_valued={f: column(lambda r, f=f: next((ids[f][c] for c in r.terms[f]), 0)) for f in SINGLE},
        multi_valued={facet: many(facet) for facet in MULTI_VALUED_FACETS},
        country_shares=np.array(
            [dict(record.shares).get(code, -1) for record in records for code in record.terms["country"]],
            dtype=np.int64,
        ),
        codes=CODES,
    )


def fits(record: Plain, filters: Filters, leave_out: str = "") -> bool:
    """One record, one search, spelt out."""
    for facet in FACETS:
        picked = filters.values(facet)
        if not picked or facet == leave_out:
            continue
        stated = record.values(facet) or {NOT_STATED}
        hits = [value in stated for value in picked]
        if not (all(hits) if facet == "country" and filters.match_all_countries else any(hits)):
            return False
    for value, low, high in (
        (record.year or None, filters.year_from, filters.year_to),
        (record.budget / 100 if record.budget >= 0 else None, filters.budget_min, filters.budget_max),
    ):
        if (low is not None or high is not None) and value is None:
            return False
        if (low is not None and value < low) or (high is not None and value > high):
            return False
    if filters.on is None:
        return True
    day = int(f"{filters.on:%Y%m%d}")
    return bool(record.start and record.end) and record.start <= day <= record.end


def in_order(records: list[Plain], order: str) -> list[int]:
    def known(record):
        return record.year or record.start // 10_000

    newest = sorted(records, key=lambda r: (-known(r), -(r.start // 10_000), -r.id))
    keys = {
        "newest": lambda r: 0,
        "oldest": lambda r: known(r) or 9999,
        "budget": lambda r: (r.budget < 0, r.budget),
        "-budget": lambda r: -r.budget,
    }
    if order == "title":
        return [r.id for r in sorted(records, key=lambda r: (r.title, r.id))]
    return [r.id for r in sorted(newest, key=keys[order])]


@given(plains(), searches())
def test_list_counts_and_sums_agree_with_a_plain_loop(records, filters):
    index = build_index(columns(records))
    selection = index.select(filters, None)
    chosen = [record for record in records if fits(record, filters)]

    pages = range(0, len(selection) + filters.per_page, filters.per_page)
    listed = [
        number for first in pages for number in index.page(selection, filters.effective_sort, first, filters.per_page)
    ]
    assert listed == in_order(chosen, filters.effective_sort)

    sums = index.sums(selection)
    assert sums.projects == len(chosen)
    assert sums.total_cents == sum(record.budget for record in chosen if record.budget > 0)
    assert sums.without_budget == sum(record.budget < 0 for record in chosen)
    assert sums.countries == len({code for record in chosen for code in record.terms["country"]})


def patched(index: FacetIndex, before: list[Plain], after: list[Plain]) -> FacetIndex:
    """The index of `after`, made from that of `before` as the journal would have it."""
    gone = [record for record in before if record not in after]
    fresh = sorted((record for record in after if record not in before), key=lambda r: (r.title, r.id))
    stay = sorted((record for record in before if record in after), key=lambda r: (r.title, r.id))
    followers = [next((r.id for r in stay if (r.title, r.id) > (one.title, one.id)), 0) for one in fresh]
    ids = [record.id for record in (*gone, *fresh)]
    return patch_index(index, ids, columns(fresh), np.array(followers, dtype=np.int64))


@st.composite
def histories(draw):
    """The records as they were one time after another: each time some were added, changed or taken away."""
    times = [draw(plains())]
    for _ in range(draw(st.integers(1, 4))):
        before = times[-1]
        again = {record.id: record for record in draw(plains(ids=(1, 4, 10, 11, 40, 90)))}
        taken = draw(st.sets(st.sampled_from([record.id for record in before]))) if before else set()
        kept = [record for record in before if record.id not in again and record.id not in taken]
        times.append([*kept, *(record for record in again.values() if record.id not in taken)])
    return times


def followed(times: list[list[Plain]]) -> FacetIndex:
    """The index of the last time, patched from one time to the next."""
    index = build_index(columns(times[0]))
    for before, after in pairwise(times):
        index = patched(index, before, after)
    return index


@given(histories())
def test_a_patched_index_says_what_one_made_anew_says(times):
    assert told(followed(times)) == told(build_index(columns(times[-1])))


@given(histories(), searches())
def test_a_patched_index_answers_like_one_made_anew(times, filters):
    assert answered(followed(times), filters) == answered(build_index(columns(times[-1])), filters)


@pytest.mark.parametrize("ratio", [0, 10**9], ids=["row by row", "by bitmaps"])
@pytest.mark.parametrize("few", [0, 10**9], ids=["value by value", "all values"])
@given(histories(), searches())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_few_rows_are_counted_like_many(monkeypatch, ratio, few, times, filters):
    index = followed(times)
    expected = answered(index, filters)
    with monkeypatch.context() as changed:
        changed.setattr(facet_index, "_SPARSE_RATIO", ratio)
        changed.setattr(facet_index, "_FEW_RATIO", few)
        assert answered(index, filters) == expected


def test_a_value_that_loses_its_last_project_is_gone_and_not_stated_stays():
    one = Plain(1, "a", 2001, 2002, 2009, 100, dict.fromkeys(CODES, frozenset()) | {"country": frozenset({"GHA"})})
    index = followed([[one], []])
    assert all(values.keys() == {NOT_STATED} for values in not_empty(index.bitmaps.values()))
    assert not index.first_years
    assert not index.last_years


@given(plains(), searches())
def test_each_facet_counts_with_its_own_picks_taken_off_unless_they_must_come_together(records, filters):
    index = build_index(columns(records))
    counts = index.facet_counts(filters, None, index.select(filters, None))
    for facet in FACETS:
        own = "" if facet == "country" and filters.match_all_countries else facet
        rest = [record for record in records if fits(record, filters, leave_out=own)]
        for value, count in counts[facet].items():
            assert count == sum(value in (record.values(facet) or {NOT_STATED}) for record in rest), (facet, value)


@given(plains(), searches())
def test_a_count_is_what_picking_that_value_lists(records, filters):
    index = build_index(columns(records))
    for facet, values in index.facet_counts(filters, None, index.select(filters, None)).items():
        together = facet == "country" and filters.match_all_countries
        others = filters if together else filters.without(facet)
        for value, count in values.items():
            picked = filters.replace(selected=others.selected | {(facet, value)})
            assert len(index.select(picked, None)) == count, (facet, value)


@given(searches())
def test_an_address_survives_a_round_trip(filters):
    pairs = list(filters.query_pairs())
    again = Filters.parse(MultiDict(pairs))
    assert list(again.query_pairs()) == pairs
    assert again.invalid_parameters == ()


@given(searches())
def test_taking_off_every_chip_leaves_an_empty_search(filters):
    while chips := list(filters.parts()):
        filters = chips[0].remaining
    assert filters.is_empty


@given(searches())
def test_each_chip_undoes_itself(filters):
    for chip in filters.parts():
        undone = {pair for pair in filters.query_pairs() if pair[0] != "page"} - set(chip.remaining.query_pairs())
        assert {name for name, _ in undone} == {chip.name}
        assert len(undone) == 1

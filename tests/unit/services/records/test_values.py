"""Fingerprints, slugs and sort titles: addresses follow from them, so they never change."""

import pytest

from portal.services.records.values import (
    MAX_SORT_TITLE_LENGTH,
    fingerprint,
    is_slug,
    slug_from_fingerprint,
    slug_from_reference,
    sort_title_of,
)

CONTENT = {
    "title": "Café’s Œuvre",
    "start": "2008",
    "end": None,
    "year": 2008,
    "countries": [5, 3],
    "source_url": "https://example.org/",
}


def test_a_fingerprint_is_the_one_of_the_first_release():
    made = fingerprint(**CONTENT)
    assert made == "da3b22d4b04545349e1f2fe148fdc4398c8c6edc7bd2f94843904fed74ef3235"
    assert slug_from_fingerprint(made) == "n-nit3tq6u7l"


@pytest.mark.parametrize("changes", [{"title": "  CAFE's  oeuvre "}, {"title": "café's œuvre"}, {"countries": [3, 5]}])
def test_spelling_and_order_make_no_other_fingerprint(changes):
    assert fingerprint(**CONTENT | changes) == fingerprint(**CONTENT)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Café"},
        {"start": None},
        {"end": "2009"},
        {"year": None},
        {"countries": [3]},
        {"source_url": ""},
    ],
)
def test_each_part_makes_another_fingerprint(changes):
    assert fingerprint(**CONTENT | changes) != fingerprint(**CONTENT)


@pytest.mark.parametrize(
    ("reference", "slug"),
    [
        ("LM.0024", "LM.0024"),
        ("A/B 1", "A-B-1"),
        (" A  B ", "-A-B-"),
        ("..A.", "A"),
        ("New", "New-1"),
        ("check", "check-1"),
        ("renew", "renew"),
        ("...", ""),
    ],
)
def test_a_slug_holds_what_fits_an_address(reference, slug):
    assert slug_from_reference(reference) == slug


@pytest.mark.parametrize(
    ("title", "sorted_as"),
    [("“École” day", "ecole” day"), ("Zebra", "zebra"), ("…", "..."), ("é" * 600, "e" * MAX_SORT_TITLE_LENGTH)],
)
def test_a_title_is_sorted_without_the_signs_it_begins_with(title, sorted_as):
    assert sort_title_of(title) == sorted_as


@pytest.mark.parametrize("text", ["LM.0024", "n-rt5r5obtgx", "A~b_c-1", "x" * 200])
def test_what_may_be_the_last_part_of_an_address_is_a_slug(text):
    assert is_slug(text)


@pytest.mark.parametrize("text", ["", "a/b", "a b", ".a", "a.", "new", "Check", "x" * 201, "é"])
def test_other_texts_are_no_slugs(text):
    assert not is_slug(text)

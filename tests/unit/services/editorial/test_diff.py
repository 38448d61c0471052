"""Comparison of two drafts field by field, and of texts word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.models import ProjectDraft
from portal.services.editorial import diff
from tests.factories import COMPLETE


def test_changed_fields_come_first_in_their_order():
    differences = diff.compare(COMPLETE, COMPLETE.replace(budget="1.00", title="Other", countries=("UGA",)))
    assert [d.field for d in differences if d.is_changed] == ["title", "budget", "countries"]
    assert [d.field for d in differences[:3]] == ["title", "budget", "countries"]


def test_nothing_changed_is_said_so():
    assert diff.changed_fields(COMPLETE, COMPLETE) == ()


def test_the_order_of_countries_is_no_change():
    two = COMPLETE.replace(countries=("KEN", "UGA"))
    assert diff.changed_fields(two, two.replace(countries=("UGA", "KEN"))) == ()


def test_lists_say_what_came_and_went():
    difference = diff.compare(COMPLETE.replace(countries=("KEN", "UGA")), COMPLETE.replace(countries=("UGA", "SOM")))[0]
    assert (difference.field, difference.added, difference.removed) == ("countries", ("SOM",), ("KEN",))


def test_a_new_project_is_all_new():
    assert "language" in diff.changed_fields(None, COMPLETE)


@given(st.text(), st.text())
def test_the_pieces_make_both_texts(before, after):
    segments = diff.diff_text(before, after)
    assert "".join(piece.text for piece in segments if piece.kind != "added") == before
    assert "".join(piece.text for piece in segments if piece.kind != "removed") == after


def test_changed_words_are_marked_and_not_letters():
    segments = diff.diff_text("helps two ministries", "helps three ministries")
    assert [(p.kind, p.text) for p in segments] == [
        ("same", "helps "), ("removed", "two"), ("added", "three"), ("same", " ministries"),
    ]  # fmt: skip


REPEATING = {
    "lines": ("a\n" * 9_990, "a\n" * 9_000 + "b\n" * 900 + "a"),
    "words": ("b " + "a " * 9_990, "a " * 9_900 + "b "),
    "two words": ("a b " * 4_990, "b a " * 4_990),
    "blank lines": ("a\n\n" * 3_000, "\n\nb" * 3_000),
}


@pytest.mark.parametrize("what", REPEATING)
def test_a_text_that_repeats_itself_is_compared_without_counting_every_pair(what, monkeypatch):
    """A comparison that once took twenty seconds now uses coarser segments, which are still correct."""
    before, after = REPEATING[what]
    compared = []
    matcher = diff.difflib.SequenceMatcher
    monkeypatch.setattr(
        diff.difflib,
        "SequenceMatcher",
        lambda *args, **kwargs: compared.append(args[1:]) or matcher(*args, **kwargs),
    )
    segments = diff.diff_text(before, after)
    assert "".join(piece.text for piece in segments if piece.kind != "added") == before
    assert "".join(piece.text for piece in segments if piece.kind != "removed") == after
    ((old, new),) = compared
    assert sum(old.count(token) * new.count(token) for token in set(old) if not token.isspace()) <= 60_000


def test_a_change_in_the_middle_of_a_long_text_is_marked_by_the_word():
    begins, ends = "Trains inspectors. " * 500, "Publishes a register. " * 500
    segments = diff.diff_text(f"{begins}two years. {ends}", f"{begins}three years. {ends}")
    assert [(p.kind, p.text) for p in segments] == [
        ("same", begins), ("removed", "two"), ("added", "three"), ("same", f" years. {ends}"),
    ]  # fmt: skip


@pytest.mark.parametrize("stored", [{}, {"title": "T", "no_such_field": 1}, {"countries": ["KEN"]}])
def test_drafts_of_other_times_can_be_read(stored):
    draft = ProjectDraft.from_json(stored)
    assert ProjectDraft.from_json(draft.as_json()) == draft


def test_a_changed_source_ages_the_translations_that_stay_unconfirmed():
    before = COMPLETE.replace(title_fr="Titre", title_es="Título", summary_fr="Résumé")
    after = before.replace(title="Another title", title_es="Otro título")
    assert diff.aged_translations(before, after) == ("title_fr",)
    assert diff.aged_translations(before, after.replace(confirmed_translations=("title_fr",))) == ()
    assert diff.aged_translations(None, after) == ()


def test_a_translation_is_compared_word_by_word():
    before, after = COMPLETE.replace(title_fr="Un titre"), COMPLETE.replace(title_fr="Un autre titre")
    (changed,) = [difference for difference in diff.compare(before, after) if difference.is_changed]
    assert [segment.text for segment in changed.segments if segment.kind == "added"] == ["autre "]

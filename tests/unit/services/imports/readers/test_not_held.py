"""What a record has no place for, counted in one sentence each."""

from portal.services.imports.readers.not_held import NotHeld


def test_the_most_frequent_come_first_and_equal_ones_by_name():
    held = NotHeld("elements")
    held.count("b")
    held.count("a")
    held.count("result", 3)
    held.count("none", 0)
    held.count("fewer", -2)
    assert held.notes() == ["A record has no place for these elements: result (3), a (1), b (1)"]


def test_a_long_list_is_cut_and_says_how_many_more():
    held = NotHeld("elements")
    for number in range(43):
        held.count(f"e{number:02}")
    (note,) = held.notes()
    assert "e39 (1) and 3 more" in note
    assert "e40" not in note


def test_amounts_are_counted_by_currency():
    held = NotHeld("elements")
    held.count_amount("EUR")
    held.count_amount("EUR")
    held.count_amount("")
    assert held.notes() == ["Amounts in other currencies than US dollars are not converted: EUR (2), no currency (1)"]


def test_nothing_is_said_of_nothing():
    assert NotHeld("elements").notes() == []

"""The pseudo-language: amounts and sentences of English, longer, with their numbers in place."""

import re
from decimal import Decimal

import pytest

from portal.i18n.pseudo import lengthened
from portal.search.query.filters import Filters
from portal.vocabulary.bands import BUDGET_BANDS
from portal.web.presentation import formatting, i18n
from portal.web.presentation.grammar.registry import current_grammar, sentence


@pytest.fixture(autouse=True)
def pseudo():
    with i18n.using("qps-rtl"):
        yield


@pytest.mark.parametrize(
    ("made", "english"),
    [
        (lambda: formatting.usd(Decimal("64240.5")), "USD 64,240.50"),
        (lambda: formatting.usd_rounded(2_900_000), "USD 2.9 million"),
        (lambda: formatting.usd_rounded(2_900_000_000), "USD 2.9 billion"),
        (lambda: formatting.millions(1_500_000), "1.5 million"),
        (lambda: current_grammar().joined_with_and(["10", "11"]), "10 and 11"),
        (lambda: current_grammar().table_heading("All", "theme", "year"), "All, by theme and year of allocation"),
    ],
)
def test_amounts_and_phrases(made, english):
    assert made() == lengthened(english)


def test_a_band_has_its_amount_once():
    marks = re.findall("[⟦⟧]", current_grammar().budget_band(BUDGET_BANDS[0]))
    assert marks == ["⟦", "⟦", "⟧", "⟧"]


def test_a_sentence_is_lengthened_as_a_whole():
    assert sentence(Filters(), None) == lengthened("All projects")
    assert sentence(Filters(text="water"), None, has_projects=False) == lengthened("No project mentioning “water”")

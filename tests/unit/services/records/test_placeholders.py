"""Placeholders in identifying fields."""

import pytest

from portal.models import ProjectDraft
from portal.services.records.placeholders import is_placeholder
from portal.services.records.submission_checks import find_errors

PLACEHOLDERS = (
    *("TBC", "tbd", "N/A", "n.a.", "?", "???", "-", "—", "none", "Unknown", "to be  confirmed", "0", "000", "xxx"),
    *("(TBC)", "T\u200bBC", "\uff2e/\uff21", "à confirmer", "por confirmar", "Néant", "#N/A", "…", "."),
)


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_is_recognised_in_any_spelling(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["", "LM.0024", "TBC-1", "TC.0066", "PR-1", "N1", "X1", "10", "0001", "NA.0001", "名"])
def test_an_id_is_no_placeholder(text):
    assert not is_placeholder(text)


@pytest.mark.parametrize("name", ["number", "prima_id"])
def test_a_form_is_told_to_enter_the_id_or_to_leave_it_empty(session, name):
    errors = [error for error in find_errors(session(), ProjectDraft(**{name: "TBC"})) if error.field == name]
    assert "is a placeholder" in str(errors[0])
    assert "leave the field empty" in str(errors[0])

"""Codes as people type and paste them, and the picture that a telephone reads."""

import pytest

from portal.services.accounts import second_factor
from portal.services.accounts.second_factor import hash_recovery_code, normalise_code


@pytest.mark.parametrize(
    "typed", ["abcde–fghjk", "ABCDE‑FGHJK", "abcde−fghjk", " abcde fghjk ", "abcdefghjk", "abcde\u200b-fghjk"]
)
def test_a_recovery_code_is_known_with_any_dash(typed):
    assert hash_recovery_code(typed) == hash_recovery_code("abcde-fghjk")
    assert hash_recovery_code(typed) != hash_recovery_code("abcde-fghjx")


@pytest.mark.parametrize("typed", ["123456", "123 456", "123–456", "123‑456", "１２３４５６", "123.456"])
def test_a_one_time_code_is_known_with_any_separator(typed):
    assert normalise_code(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "12345a"])
def test_what_is_no_code_is_none(typed):
    assert normalise_code(typed) == ""


def test_the_qr_code_has_no_style_and_no_script():
    svg = second_factor.qr_svg(second_factor.provisioning_uri("A" * 32, "a@example.org", "Fund"))
    assert svg.startswith("<svg")
    assert "style" not in svg
    assert "script" not in svg

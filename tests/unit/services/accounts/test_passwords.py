"""Which passwords are refused, and that none is truncated."""

import pytest
from argon2 import extract_parameters

from portal.errors import Busy, WeakPassword
from portal.gates import Gate
from portal.services.accounts import passwords

CONTEXT = ("ann.miller@example.org", "Ann Miller")


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "fourteen chars", "a" * 15, "abababababababab", "abcabcabcabcabcabc", "123456789012345",
        "abcdefghijklmnop", "qwertyuiopasdfgh", "zyxwvutsrqponmlk", "passwordpassword", "Password1234567!",
        "P@ssw0rdP@ssw0rd", "correct horse battery staple", "CorrectHorseBatteryStaple1", "iloveyouiloveyou",
        "letmeinletmein123", "IOM Development Fund 2024", "iomdevelopmentfund", "ann.miller@example.org",
        "annmiller annmiller", "mypasswordismypassword", "welcome to the portal", "111111222222333333",
        "summer2024 winter2025", "administrator123", "aaaaaaaaaaaaaab", "\x00" * 15, "x" * 1_001,
        "qwertzuiopasdfghjklyxcvbnm", "abbabaabbbabaab", "jennifer19871987", "\ud800" * 20,
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password):
    with pytest.raises(WeakPassword):
        passwords.check_strength(password, context=CONTEXT)


@pytest.mark.parametrize(
    "password",
    [
        "four quiet rivers meet", "seven calm herons wade", "vier stille Flüsse treffen sich", "quatre rivières calmes",
        "тихая река под мостом", "静かな川が四つ出会うところにて橋あり",
        "k7#Lw9!qZx2@Rt5", "plum-ladder-frost-91", "🦩 wades where herons nap",
        "tall grass " * 80,
    ],
)  # fmt: skip
def test_what_is_long_and_unrelated_is_taken(password):
    if password.startswith("tall"):
        password = "".join(f"{word} {number} " for number, word in enumerate(["tall grass"] * 60))[:1_000]
    passwords.check_strength(password, context=CONTEXT)


def test_who_finds_no_turn_for_a_hash_is_asked_to_come_back(monkeypatch):
    gate = Gate(max_running=1, max_waiting=0, seconds=0)
    monkeypatch.setattr(passwords, "_HASHING", gate)
    with gate.turn("somebody"):
        with pytest.raises(Busy):
            passwords.verify_password("anything", None, "another")
        with pytest.raises(Busy):
            passwords.hash_password("anything", "another")
    assert not passwords.verify_password("anything", None, "another")


def test_only_the_beginning_of_a_long_password_is_estimated():
    guessable, unrelated = "abcdefghijklmnopqrstuvwxyz123456", "vast copper lantern under mint rain"
    assert passwords.is_guessable(f"{guessable} {unrelated}")
    assert not passwords.is_guessable(f"{unrelated} {guessable}")


@pytest.mark.parametrize("length", [72, 73, 1_000])
def test_the_last_character_counts(length):
    password_hash = passwords.hash_password("k" * (length - 1) + "a")
    assert passwords.verify_password("k" * (length - 1) + "a", password_hash)
    assert not passwords.verify_password("k" * (length - 1) + "b", password_hash)


def test_the_hash_is_argon2id_with_at_least_19_mib_and_two_passes():
    parameters = extract_parameters(passwords.hash_password("anything"))
    assert parameters.type.name == "ID"
    assert (parameters.memory_cost >= 19 * 1024, parameters.time_cost >= 2) == (True, True)


def test_composed_and_decomposed_characters_are_the_same():
    assert passwords.verify_password("e\u0301tude en trois temps", passwords.hash_password("\u00e9tude en trois temps"))


@pytest.mark.parametrize("password_hash", [None, "", "not a hash", "$argon2id$broken"])
def test_without_a_hash_nothing_fits(password_hash):
    assert not passwords.verify_password("no account has this password", password_hash)


def test_words_of_the_account_make_a_password_guessable():
    typed = "zuzannabrzeczyszczykiewicz"
    assert not passwords.is_guessable(typed)
    assert passwords.is_guessable(typed, ("zuzanna", "brzeczyszczykiewicz"))

"""Signed checkpoints: read back, found in other texts, refused when changed, understood by another implementation."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.errors import InvalidCheckpoint
from portal.services.audit.tlog.notes import (
    SigningKey,
    VerifierKey,
    find_checkpoints,
    parse_checkpoint,
    sign_checkpoint,
)
from tests.oracles import oracle

NAME = "portal.example.org/audit"
AT = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
ROOT = bytes(range(32))
KEY = SigningKey(NAME, Ed25519PrivateKey.from_private_bytes(b"k" * 32))
OTHER = SigningKey(NAME, Ed25519PrivateKey.from_private_bytes(b"o" * 32))
# Source: the documentation of Go's golang.org/x/mod/sumdb/note.
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def checkpoint(key=KEY, size=7):
    return sign_checkpoint(key, size, ROOT, AT)


def test_a_checkpoint_reads_back():
    found = parse_checkpoint(checkpoint().note)
    assert (found.origin, found.size, found.root, found.at) == (NAME, 7, ROOT, AT)
    assert found.is_signed_by([KEY.verifier])
    assert found.is_signed_by([OTHER.verifier, KEY.verifier])


def test_another_key_has_not_signed_it():
    assert not checkpoint().is_signed_by([OTHER.verifier])
    assert not checkpoint().is_signed_by([])


def test_a_key_of_the_same_bytes_and_another_name_has_not_signed_it():
    assert not checkpoint().is_signed_by([VerifierKey("other.example.org/audit", KEY.verifier.public_bytes)])


@pytest.mark.parametrize(("before", "after"), [("\n7\n", "\n8\n"), ("AAEC", "BAEC"), ("10:00", "11:00")])
def test_a_changed_checkpoint_is_not_signed(before, after):
    note = checkpoint().note
    assert before in note
    assert not parse_checkpoint(note.replace(before, after, 1)).is_signed_by([KEY.verifier])


@pytest.mark.parametrize("text", ["", "portal\n7\n", "a\n7\nnot base 64\n\n— a AAAA\n", checkpoint().note + "more\n"])
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(InvalidCheckpoint):
        parse_checkpoint(text)


def test_checkpoints_are_found_in_a_mail_with_other_line_ends():
    text = f"Dear colleague,\n\n{checkpoint().note}\nand before:\n\n{checkpoint(size=3).note}".replace("\n", "\r\n")
    found = list(find_checkpoints(text))
    assert [each.size for each in found] == [7, 3]
    assert [each.is_signed_by([KEY.verifier]) for each in found] == [True, True]


def test_keys_are_written_as_go_writes_them():
    key = SigningKey.parse(GO_SIGNER)
    assert str(key.verifier) == GO_VERIFIER
    assert key.serialise() == GO_SIGNER + "\n"
    assert VerifierKey.parse(GO_VERIFIER) == key.verifier
    assert key.sign(GO_TEXT) == f"{GO_TEXT}\n{GO_SIGNATURE}"


@pytest.mark.parametrize(
    "text", ["", "x", "a+b+c", GO_VERIFIER.replace("c74f", "c74e"), GO_VERIFIER.replace("ARpc", "AhpcQ")]
)
def test_a_damaged_key_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        VerifierKey.parse(text)


def test_aics_tlog_verifies_our_checkpoints():
    theirs = oracle("aics_tlog")
    verified = theirs.verify_checkpoint(theirs.parse_note(checkpoint().note), theirs.parse_vkey(str(KEY.verifier)))
    assert verified.ok
    body = checkpoint().note.rpartition("\n\n")[0] + "\n"
    read = theirs.parse_checkpoint(body)
    assert (read.origin, read.size, read.root) == (NAME, 7, ROOT)


def test_we_verify_those_of_aics_tlog():
    theirs = oracle("aics_tlog")
    note = theirs.sign_checkpoint(theirs.Checkpoint(NAME, 9, ROOT), KEY.private_key, NAME)
    found = parse_checkpoint(note.to_bytes().decode())
    assert (found.size, found.root, found.at) == (9, ROOT, None)
    assert found.is_signed_by([KEY.verifier])
    assert base64.b64encode(ROOT).decode() in found.note

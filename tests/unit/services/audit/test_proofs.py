"""Proofs for strangers: checked by the script that they get, with what they must not show left out."""

import base64
import json
import re
import subprocess
import sys

import pytest

from portal.config import ROOT
from portal.services.editorial import publication
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, import_records
from tests.loops import not_empty
from tests.oracles import oracle

SCRIPT = ROOT / "deploy" / "verify_publication.py"
PRIVATE = "Mrs Secret of Nowhere Street"


@pytest.fixture
def check(tmp_path):
    """check(proof, …) is what the script says of a proof; it runs without anything of the portal."""

    def go(proof, *arguments, code=0):
        path = tmp_path / "proof.json"
        path.write_text(proof if isinstance(proof, str) else json.dumps(proof), encoding="utf-8")
        result = subprocess.run(
            [sys.executable, "-O", SCRIPT, path, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    return go


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED, COMPLETE.replace(number="LM.9001")).project


@pytest.fixture
def proof(log, project):
    log.run("publish")
    return log.run("prove", project.slug)


def opened(proof):
    """The open fields of each event."""
    events = json.loads(proof)["proofs"]
    return [{field["name"]: field["value"] for field in event["fields"] if "name" in field} for event in events]


def test_a_stranger_checks_that_a_publication_is_in_the_log(log, proof, check):
    output = check(proof, log.run("key").strip(), str(log.folder / "checkpoint"))
    assert "LM.9001: 1 event(s), all in the log" in output
    assert "Fair Recruitment in the Horn" in output


def test_a_proof_names_nobody(proof, office):
    for account in not_empty(office.everyone.values()):
        assert account.email not in proof
        assert f'"{account.name}' not in proof
    assert not {"actor", "actor_id", "address", "request_id"} & set(opened(proof)[0])


def test_earlier_values_stay_closed_and_so_do_those_that_were_replaced(log, office, project):
    office.publish_change(project, summary=PRIVATE)
    office.publish_change(project, summary="What may be said.")
    log.run("publish")
    proof = log.run("prove", project.slug)
    assert PRIVATE not in proof
    assert "Trains inspectors" not in proof
    assert [event["verb"] for event in opened(proof)] == ["publish", "change", "change"]
    assert "after.title" in opened(proof)[0]
    assert opened(proof)[2]["after.summary"] == "What may be said."


def test_nothing_of_a_withdrawn_record_is_shown(log, office, project):
    publication.withdraw(log.session, project, reason=PRIVATE, by=office.reviewer)
    log.session.commit()
    log.run("publish")
    proof = log.run("prove", project.slug)
    assert PRIVATE not in proof
    assert [sorted(event) for event in opened(proof)] == [["at", "id", "subject_id", "subject_kind", "verb"]] * 2


def test_an_imported_record_is_proved_by_its_import(log, check):
    import_records(log.session, [{"project_id": f"LM.{number}", "title": f"Title {number}"} for number in range(3)])
    log.run("publish")
    proof = log.run("prove", "lm.1")
    assert "LM.1: 1 event(s)" in check(proof)
    assert "records.csv" not in proof
    assert opened(proof)[0]["verb"] == "import"


def test_a_record_that_is_newer_than_the_checkpoint_has_no_proof(log, project):
    log.run("publish")
    import_records(log.session, [{"project_id": "LM.77", "title": "Newer"}])
    assert "run portal audit publish" in log.run("prove", "LM.77", code=1)


def test_an_unknown_record_is_said(log, project):
    log.run("publish")
    assert "There is no project 'nothing'" in log.run("prove", "nothing", code=1)


def test_before_the_first_checkpoint_there_is_no_proof(log, project):
    assert "is not published yet" in log.run("prove", project.slug, code=1)


FORGED = {
    "another title": (r"Fair Recruitment in the Horn", "Fair Recruitment in the Moon", "not in the log"),
    "another record": (r'"project_id": \d+', '"project_id": 424242', "of another record"),
    "another place": (r'"index": \d+', '"index": 0', "not in the log|of another place"),
    "outside of the tree": (r'"index": \d+', '"index": 99999', "outside of the tree"),
    "another size": (r"/audit\\n\d+\\n", r"/audit\\n400\\n", "InvalidSignature"),
    "a shorter path": (r'"path": \[[^,]*,', '"path": [', "not in the log|of another place"),
    "another key": (r'"key": "([^+]+)\+\w+', r'"key": "\1+00000000', "the key is damaged"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_proof_is_refused(proof, check, how):
    pattern, replacement, reason = FORGED[how]
    forged, count = re.subn(pattern, replacement, proof)
    assert count
    assert re.search(f"The proof is not valid: .*({reason})", check(forged, code=1))


def test_the_script_is_short_enough_to_be_read():
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 60


def test_a_proof_under_another_key_than_the_one_that_was_told_is_refused(log, proof, check):
    other = log.run("key", "--replace").strip()
    assert "signed by another key" in check(proof, other, code=1)


def test_aics_tlog_accepts_the_path_of_a_proof(log, proof):
    theirs = oracle("aics_tlog")
    read = json.loads(proof)
    note = theirs.parse_note(read["checkpoint"])
    assert theirs.verify_checkpoint(note, theirs.parse_vkey(read["key"])).ok
    size, root = (getattr(theirs.parse_checkpoint(note.text), name) for name in ("size", "root"))
    reader = theirs.FileSystemTileReader(log.folder)
    theirs.audit_tiles(reader, size, root)
    (event,) = read["proofs"]
    path = theirs.inclusion_proof_from_tiles(reader, event["index"], size)
    assert [base64.b64encode(part).decode() for part in path] == event["path"]

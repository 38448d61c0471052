"""Checkpoints by mail, through a real mail server: once each, again after a failure, and good for verifying."""

import socketserver
from email import message_from_bytes, policy
from threading import Thread

import pytest


class Postman(socketserver.StreamRequestHandler):
    """Takes one letter."""

    def handle(self):
        self.wfile.write(b"220 x\r\n")
        for line in self.rfile:
            command = line.strip().lower()
            self.wfile.write({b"data": b"354 x\r\n", b"quit": b"221 x\r\n"}.get(command, b"250 x\r\n"))
            if command == b"data":
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.wfile.write(b"250 x\r\n")


class Postbox(socketserver.TCPServer):
    allow_reuse_address = True

    def __init__(self):
        self.letters = []
        super().__init__(("127.0.0.1", 0), Postman)


@pytest.fixture
def postbox():
    with Postbox() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mailing(log, postbox):
    log.change_settings(
        audit_mail="auditor@example.org",
        smtp_host="127.0.0.1",
        smtp_port=postbox.server_address[1],
        smtp_security="none",
        smtp_from="portal@example.org",
    )
    return log


def test_each_checkpoint_is_mailed_once(mailing, postbox):
    mailing.record(2)
    assert "Mailed to auditor@example.org" in mailing.run("publish")
    assert "Mailed" not in mailing.run("publish")
    mailing.record(1)
    mailing.run("publish")
    letters = [message_from_bytes(letter, policy=policy.default) for letter in postbox.letters]
    assert [letter["To"] for letter in letters] == ["auditor@example.org"] * 2
    size = len(mailing.ids())
    assert [letter["Subject"] for letter in letters] == [
        f"Checkpoint of the audit log: {count} leaves" for count in (size - 1, size)
    ]


def test_the_mail_alone_shows_that_everything_was_deleted(mailing, postbox, tmp_path):
    mailing.record(2)
    mailing.run("publish")
    kept = tmp_path / "mails"
    kept.mkdir()
    (kept / "1.eml").write_bytes(postbox.letters[0])
    assert "and 1 kept elsewhere" in mailing.run("verify", "--against", str(kept))
    mailing.drop_triggers()
    mailing.execute("DELETE FROM audit_leaf", "DELETE FROM audit_event")
    assert "leaves 0 to" in mailing.run("verify", "--against", str(kept), code=1)


def test_a_server_that_is_away_fails_the_run_and_the_next_one_mails(mailing, postbox):
    port = postbox.server_address[1]
    mailing.change_settings(smtp_port=1)
    mailing.record(2)
    assert "was not mailed to auditor@example.org (ConnectionRefusedError)" in mailing.run("publish", code=1)
    assert "leaves agree" in mailing.run("verify")
    mailing.change_settings(smtp_port=port)
    assert "Mailed" in mailing.run("publish")
    assert len(postbox.letters) == 1

"""A failed unit is reported in the log and, at most once an hour, by mail."""

import os
import socket
import socketserver
import threading
import time
from dataclasses import replace

import pytest

from portal.app import command_line


class Mailbox(socketserver.StreamRequestHandler):
    """A mail server that takes everything, and keeps what it got in `server.received`."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    text += line
                self.server.received.append(text.decode())
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
            if command == b"QUIT":
                return


@pytest.fixture
def mailbox():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def report(app, session, mailbox, monkeypatch, tmp_path):
    """report(unit) runs the command on a portal that can send mail; returns its exit code and output."""
    host, port = mailbox.server_address
    settings = replace(
        app.extensions["settings"], alerts_to="ops@example.org", smtp_host=host, smtp_port=port,
        smtp_security="none", smtp_from="portal@example.org",
    )  # fmt: skip

    def go(unit="portal-backup.service", **changes):
        monkeypatch.setitem(app.extensions, "settings", replace(settings, **changes))
        words = ("report-failure", "--remember", str(tmp_path), unit)
        result = app.test_cli_runner().invoke(command_line, words)
        return result.exit_code, result.output

    return go


def test_a_failure_is_logged_and_mailed(report, mailbox):
    code, output = report()
    assert code == 0
    assert (
        f"portal-backup.service failed on {socket.gethostname()}. Look: journalctl -u portal-backup.service" in output
    )
    (received,) = mailbox.received
    assert "To: ops@example.org" in received
    assert "Subject: portal-backup.service failed on " in received


def test_the_next_mail_of_a_unit_comes_in_an_hour(report, mailbox, tmp_path):
    report()
    assert "within the last hour" in report()[1]
    report("portal-dump.service")
    assert len(mailbox.received) == 2
    earlier = time.time() - 3_601
    os.utime(tmp_path / "portal-backup.service", (earlier, earlier))
    report()
    assert len(mailbox.received) == 3


def test_a_name_of_a_unit_adds_no_line(report):
    assert "a_b_failed.service failed" in report("a\nb failed.service")[1]


def test_without_an_address_the_log_has_it(report, mailbox):
    code, output = report(alerts_to="")
    assert (code, mailbox.received) == (0, [])
    assert "PORTAL_ALERTS_TO" in output


def test_a_mail_server_that_is_away_is_said_and_tried_again(report, mailbox):
    code, output = report(smtp_port=1)
    assert code == 1
    assert "The mail was not sent (ConnectionRefusedError)" in output
    assert report()[0] == 0
    assert len(mailbox.received) == 1

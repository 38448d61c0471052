"""Files over real connections: whole, cut, slow, and left by their reader."""

import csv
import http.client
import os
import signal
import socket
import subprocess
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from deploy import rehearsal
from tests.factories import COLUMNS
from tests.serving.staff_flows import workers

RECORDS = 20_000
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A database with so many records that a workbook of them takes seconds."""
    folder = tmp_path_factory.mktemp("many")
    source = folder / "many.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(
            {
                "project_id": f"LM.{number:05}", "title": f"Project {number}", "summary": "Words of it. " * 40,
                "year": "2020", "benefiting_member_states": "Kenya;Ghana", "budget_usd": str(number),
            }
            for number in range(RECORDS)
        )  # fmt: skip
    address = f"sqlite:///{folder}/portal.db"
    portal, environ = rehearsal.program("portal"), {**os.environ, "DATABASE_URL": address}
    for command in (["migrate"], ["import", str(source)]):
        subprocess.run([portal, *command], env=environ, check=True, capture_output=True)
    return address


@pytest.fixture(scope="module")
def many(database, tmp_path_factory):
    """The portal with many records, with slots of its own for making files."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TMPDIR", str(tmp_path_factory.mktemp("slots")))
        # Shorter than a slow client takes: gunicorn must not end a request that goes on.
        environment.setenv("GUNICORN_CMD_ARGS", "--timeout 2")
        with rehearsal.bare(database) as portal:
            yield portal


def connected(portal, client="127.0.0.1"):
    """A connection of a client; every address that begins with 127 is one of this machine."""
    return http.client.HTTPConnection(urlsplit(portal.address).netloc, timeout=PATIENCE, source_address=(client, 0))


def asked(portal, path, client="127.0.0.1"):
    """A connection on which a file has begun to arrive."""
    line = connected(portal, client)
    line.request("GET", path)
    answer = line.getresponse()
    assert answer.status == 200
    assert answer.read(1)
    return line, answer


def test_a_file_arrives_whole(many):
    line, answer = asked(many, "/projects.csv?columns=title")
    with closing(line):
        assert answer.read().count(b"\r\n") == RECORDS + 1


def test_a_slow_client_gets_a_whole_file_after_the_time_limit_of_the_server(many):
    line, answer = asked(many, "/projects.csv")
    with closing(line):
        # Small, so that the server has to wait for this client.
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        rows = 0
        until = time.monotonic() + 4
        while piece := answer.read(200_000):
            rows += piece.count(b"\r\n")
            if time.monotonic() < until:
                time.sleep(0.3)
        assert rows == RECORDS + 1


def test_a_file_that_breaks_off_does_not_look_whole(many):
    line, answer = asked(many, "/projects.xlsx")
    for worker in workers(many.server):
        os.kill(worker, signal.SIGKILL)
    with closing(line), pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


def two_files(portal):
    """Two clients take both places for seconds."""
    return [asked(portal, f"/projects.xlsx?sort=title&page={number}", f"127.0.0.{number}") for number in (2, 3)]


@pytest.mark.alone
def test_one_client_has_one_file_made_at_a_time_and_others_do_not_wait_for_it(many):
    held, answer = asked(many, "/projects.xlsx?sort=title")
    begun = time.monotonic()
    with closing(connected(many)) as line:
        line.request("GET", "/projects.csv")
        refused = line.getresponse()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
    assert time.monotonic() - begun < 1.5
    line, _ = asked(many, "/projects.csv", "127.0.0.2")
    line.close()
    assert time.monotonic() - begun < 3
    answer.close()
    held.close()


@pytest.mark.alone
def test_who_goes_away_frees_the_place_within_a_second(many):
    """Two workbooks take both places; once their readers have gone, the next file begins at once."""
    left = two_files(many)
    for line, answer in left:
        answer.close()
        line.close()
    gone = time.monotonic()
    line, _ = asked(many, "/projects.csv")
    line.close()
    assert time.monotonic() - gone < 1


@pytest.mark.alone
def test_a_third_file_at_once_waits_and_a_page_does_not(many):
    held = two_files(many)
    begun = time.monotonic()
    with closing(connected(many)) as line:
        line.request("GET", "/projects/?q=Project+7")
        assert line.getresponse().status == 200
    assert time.monotonic() - begun < 1
    for line, answer in held:
        answer.close()
        line.close()

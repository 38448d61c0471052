"""Logs are one line each, with the id of the request and without the values of statements."""

import json
import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal import logs
from portal.logs import JsonFormatter, PlainFormatter


def record_of(message, *arguments, error=None, **extra):
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("portal.test", logging.ERROR, __file__, 1, message, arguments, info)
    record.__dict__.update(extra)
    return record


@pytest.fixture
def in_request():
    token = logs.request_id.set("abcdef012345")
    yield
    logs.request_id.reset(token)


def caught(raising):
    try:
        raising()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_line_of_json_has_time_level_logger_and_request(in_request):
    line = json.loads(JsonFormatter().format(record_of("said %s", "so", fields={"status": 503})))
    assert (line["level"], line["logger"], line["message"], line["status"]) == ("error", "portal.test", "said so", 503)
    assert line["request_id"] == "abcdef012345"
    assert line["time"].endswith("+00:00")


def test_outside_of_a_request_there_is_no_id():
    logs.request_id.set("")
    assert "request_id" not in json.loads(JsonFormatter().format(record_of("x")))


@pytest.mark.parametrize("make", [JsonFormatter, PlainFormatter])
def test_whatever_was_logged_is_one_line(make):
    line = make().format(record_of("a\r\nforged: %s", "line\n\x1b[31m\u2028"))
    assert not any(end in line for end in ("\r", "\n", "\x1b"))


def test_an_unforeseen_error_has_its_stack_and_what_caused_it():
    def fail():
        try:
            {}["missing"]
        except KeyError as error:
            raise ValueError("broken") from error

    written = JsonFormatter().format(record_of("failed", error=caught(fail)))
    line = json.loads(written)
    assert "\n" not in written
    assert line["error"] == "ValueError: broken"
    assert "KeyError: 'missing'" in line["stack"]
    assert "in fail" in line["stack"]
    assert "in fail" in PlainFormatter().format(record_of("failed", error=caught(fail)))


def test_no_value_of_a_statement_is_logged(session):
    def twice():
        for _ in range(2):
            session.execute(
                text("INSERT INTO account (id, email) VALUES (:id, :email)"), {"id": 1, "email": "ada@example.org"}
            )

    error = caught(twice)
    assert isinstance(error, IntegrityError)
    for make in (JsonFormatter, PlainFormatter):
        assert "ada@example.org" not in make().format(record_of("failed", error=error)), make
    assert "[SQL parameters hidden" in str(error)

"""Starting: what is missing is said in one line, and nothing starts."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from portal.config import ROOT, TEMPORARY_KEY, Settings
from portal.database import engines
from portal.errors import ConfigurationError


def test_a_production_start_without_a_secret_is_refused_in_one_line(tmp_path):
    environ = {**os.environ, "PORTAL_ENV": "production", "DATABASE_URL": f"sqlite:///{tmp_path}/portal.db", "PORT": "0"}
    environ.pop("SECRET_KEY", None)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    start = subprocess.run(
        [gunicorn, "-c", "deploy/gunicorn.conf.py", "wsgi:app"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert start.returncode != 0
    (line,) = start.stderr.strip().splitlines()
    assert json.loads(line)["message"].startswith("The portal does not start: SECRET_KEY is not set")


SETTINGS_OF_A_WORKER = """
import os, runpy
runpy.run_path("deploy/gunicorn.conf.py")["on_starting"](None)
from portal.config import Settings
workers = [Settings.from_environment(os.environ) for _ in range(2)]
print(len({worker.secret_key for worker in workers}), workers[0].has_persistent_key)
"""


@pytest.mark.parametrize(
    "environ", [{}, {"SECRET_KEY": "0123456789abcdef" * 2}, {TEMPORARY_KEY: "0123456789abcdef" * 2}]
)
def test_workers_share_one_key_and_know_whether_it_is_temporary(environ):
    is_persistent = TEMPORARY_KEY not in environ
    environ = {"PATH": os.environ["PATH"], "PORTAL_HEALTH_BIND": "off", **environ}
    worker = subprocess.run(
        [sys.executable, "-c", SETTINGS_OF_A_WORKER],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert worker.stdout == f"1 {is_persistent}\n", worker.stderr


def test_a_temporary_key_is_not_enough_for_production():
    with pytest.raises(ConfigurationError, match="SECRET_KEY is not set"):
        Settings.from_environment({TEMPORARY_KEY: "0123456789abcdef" * 2, "PORTAL_ENV": "production"})


KEY = "5e8a1c9b03f7d264" * 2
PRODUCTION = {"PORTAL_ENV": "production", "PORTAL_URL": "https://projects.example.org"}
IMPOSSIBLE = [
    {"PORTAL_ENV": "staging"},
    {"SECRET_KEY": "short", "PORTAL_ENV": "production"},
    {"PORTAL_URL": "", "PORTAL_ENV": "production", "SECRET_KEY": KEY},
    {"PORTAL_URL": "projects.example.org"},
    {"PORTAL_URL": "http://projects.example.org", "PORTAL_ENV": "production", "SECRET_KEY": KEY},
    {"PORTAL_URL": "http://10.0.0.5:8000", "PORTAL_ENV": "production", "SECRET_KEY": KEY},
    {"SECRET_KEY": "changeme" * 4, "PORTAL_URL": "https://projects.example.org", "PORTAL_ENV": "production"},
    {"SECRET_KEY": "0" * 64, "PORTAL_URL": "https://projects.example.org", "PORTAL_ENV": "production"},
    {"SECRET_KEY": "this-is-a-very-secret-key-for-dev", **PRODUCTION},
    {"SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789", **PRODUCTION},
    {"FLASK_DEBUG": "1", "PORTAL_ENV": "production", "SECRET_KEY": KEY},
    {"PORTAL_PROXY_COUNT": "2"},
    {"PORTAL_TRUSTED_PROXIES": "the proxy"},
    {"PORTAL_THREADS": "many"},
    {"PORTAL_PAGE_CACHE": "-1"},
    {"PORTAL_API_LIMIT": "many"},
    {"PORTAL_API_LIMIT": "-1"},
    {"PORTAL_IATI_PRIMARY": "1"},
    {"PORTAL_IATI_ORGANISATION": "IOM/47066", "PORTAL_IATI_ORGANISATION_NAME": "IOM"},
    {"PORTAL_IATI_ORGANISATION": "XM-DAC-47066", "PORTAL_IATI_ORGANISATION_TYPE": "40"},
    {
        "PORTAL_IATI_ORGANISATION": "XM-DAC-47066",
        "PORTAL_IATI_ORGANISATION_NAME": "IOM",
        "PORTAL_IATI_ORGANISATION_TYPE": "41",
    },
    {
        "PORTAL_DEV": "1",
        "PORTAL_ENV": "production",
        "SECRET_KEY": KEY,
        "PORTAL_URL": "https://projects.example.org",
    },
]


@pytest.mark.parametrize("environ", IMPOSSIBLE, ids=lambda environ: next(iter(environ)))
def test_impossible_settings_are_named(environ):
    with pytest.raises(ConfigurationError, match=next(iter(environ))):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    "address", ["https://projects.example.org", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"]
)
def test_production_takes_an_address_with_https_or_of_this_machine(address):
    environ = {"PORTAL_ENV": "production", "SECRET_KEY": KEY, "FLASK_DEBUG": "0"}
    assert Settings.from_environment(environ | {"PORTAL_URL": address}).public_url == address


def test_keys_that_are_made_by_chance_are_taken():
    chance = random.Random(1)  # noqa: S311
    for length in (32, 64):
        for _ in range(200):
            key = "".join(chance.choices("0123456789abcdef", k=length))
            assert Settings.from_environment(PRODUCTION | {"SECRET_KEY": key}).secret_key == key


def test_the_organisation_that_reports_to_iati_is_read():
    settings = Settings.from_environment(
        {
            "PORTAL_IATI_ORGANISATION": "XM-DAC-47066",
            "PORTAL_IATI_ORGANISATION_NAME": " IOM ",
            "PORTAL_IATI_ORGANISATION_TYPE": "40",
        }
    )
    assert (settings.iati_organisation, settings.iati_organisation_name) == ("XM-DAC-47066", "IOM")
    assert (settings.iati_organisation_type, settings.is_iati_primary) == ("40", False)


def test_an_sqlite_engine_that_can_corrupt_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(engines, "MIN_SQLITE_VERSION", (99, 0, 0))
    with pytest.raises(ConfigurationError, match="pysqlite3"):
        engines.sqlite_engine_options(threads=1)


def test_the_database_of_a_checkout_lies_in_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({}).database_url == f"sqlite:///{ROOT}/instance/portal.db"


FORMER = [
    ("SECRET_KEY_BEFORE", "SECRET_KEY_FALLBACKS", "secret_key_fallbacks", "old older", "new"),
    ("PORTAL_PROXIES", "PORTAL_PROXY_COUNT", "proxy_count", "1", "0"),
    ("PORTAL_FORWARDED", "PORTAL_TRUSTED_PROXIES", "trusted_proxies", "10.0.0.0/8", "192.0.2.0/24"),
]


@pytest.mark.parametrize(("former", "current", "attribute", "value", "other"), FORMER)
def test_a_former_name_of_a_setting_still_works_and_the_current_one_wins(former, current, attribute, value, other):
    by_current = getattr(Settings.from_environment({current: value}), attribute)
    assert getattr(Settings.from_environment({former: value}), attribute) == by_current
    both = Settings.from_environment({former: value, current: other})
    assert getattr(both, attribute) == getattr(Settings.from_environment({current: other}), attribute) != by_current


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", None),
        ("/dev/log", "/dev/log"),
        ("log.example.org:514", ("log.example.org", 514)),
        ("[::1]:5514", ("::1", 5514)),
    ],
)
def test_syslog_is_a_socket_or_a_host_and_port(text, address):
    assert Settings.from_environment({"PORTAL_SYSLOG": text}).syslog == address


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"PORTAL_SYSLOG": "log.example.org"}, "PORTAL_SYSLOG is 'log.example.org'"),
        ({"PORTAL_SYSLOG": "log.example.org:70000"}, "host:port"),
        ({"PORTAL_SYSLOG": ":514"}, "host:port"),
        ({"PORTAL_AUDIT_MAIL": "auditor"}, "PORTAL_AUDIT_MAIL is 'auditor'"),
        ({"PORTAL_AUDIT_MAIL": "auditor@example.org"}, "PORTAL_SMTP_HOST is not"),
    ],
)
def test_an_impossible_setting_of_the_audit_log_is_named(settings, message):
    with pytest.raises(ConfigurationError, match=message):
        Settings.from_environment(settings)

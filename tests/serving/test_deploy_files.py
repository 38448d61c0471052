"""The files an operator copies agree with each other, with the code and with the documents."""

import re
import runpy
from datetime import timedelta
from fnmatch import fnmatch

import pytest

from portal.config import ROOT
from portal.services.operations.job_runs import JOBS

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
NGINX = (ROOT / "deploy/nginx/portal.conf").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "deploy/systemd").iterdir())


@pytest.fixture
def gunicorn_settings(monkeypatch):
    for name in ("BIND", "PORT", "WEB_CONCURRENCY", "PORTAL_THREADS"):
        monkeypatch.delenv(name, raising=False)
    return lambda: runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))


def test_gunicorn_runs_two_processes_of_many_threads_on_loopback(gunicorn_settings):
    found = gunicorn_settings()
    assert (found["worker_class"], found["workers"], found["threads"]) == ("gthread", 2, 24)
    assert found["bind"] == "127.0.0.1:8000"


def test_gunicorn_loads_nothing_before_the_settings_are_looked_at(gunicorn_settings):
    assert gunicorn_settings()["preload_app"] is False


def test_gunicorn_itself_believes_no_header(gunicorn_settings):
    found = gunicorn_settings()
    assert not any(found[name] for name in ("forwarded_allow_ips", "secure_scheme_headers", "forwarder_headers"))


@pytest.mark.parametrize(
    ("variable", "value", "setting", "meant"),
    [
        ("BIND", "unix:/run/portal/http.sock", "bind", "unix:/run/portal/http.sock"),
        ("PORT", "8001", "bind", "127.0.0.1:8001"),
        ("WEB_CONCURRENCY", "4", "workers", 4),
        ("PORTAL_THREADS", "16", "threads", 16),
    ],
)
def test_gunicorn_takes_its_settings_from_the_environment(
    gunicorn_settings, monkeypatch, variable, value, setting, meant
):
    monkeypatch.setenv(variable, value)
    assert gunicorn_settings()[setting] == meant


def test_nginx_lets_go_of_a_connection_before_gunicorn_does(gunicorn_settings):
    kept = int(re.search(r"upstream portal \{.*?keepalive_timeout (\d+)s;", NGINX, re.DOTALL)[1])
    assert kept < gunicorn_settings()["keepalive"]


def test_systemd_waits_longer_than_gunicorn(gunicorn_settings):
    unit = (ROOT / "deploy/systemd/portal.service").read_text(encoding="utf-8")
    assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > gunicorn_settings()["graceful_timeout"]


def test_nginx_and_systemd_mean_the_same_socket():
    door = (ROOT / "deploy/systemd/portal.socket").read_text(encoding="utf-8")
    assert f"server unix:{re.search(r'ListenStream=(.*)', door)[1]};" in NGINX


def test_nginx_keeps_nothing_but_static_files_and_public_pages():
    places = re.findall(r"location (.*?) \{(.*?)\n    \}", NGINX, re.DOTALL)
    assert {place for place, lines in places if "proxy_cache " in lines} == {
        "/", r'~ "^/static/.+\.[0-9a-f]{12}\.[a-z0-9]+$"'
    }  # fmt: skip
    assert NGINX.count("proxy_cache ") == 2


def test_nginx_forwards_health_and_no_metrics():
    places = dict(re.findall(r"location (.*?) \{(.*?)\n    \}", NGINX, re.DOTALL))
    assert [place for place, lines in places.items() if "http://portal_health;" in lines] == ["= /healthz", "= /readyz"]
    assert "metrics {" not in NGINX


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_every_service_runs_without_rights(unit):
    lines = set(unit.read_text(encoding="utf-8").splitlines())
    assert {"User=portal", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="} <= lines


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_says_when_it_fails(unit):
    text = unit.read_text(encoding="utf-8")
    if unit.name == "portal-failed@.service":
        assert "OnFailure" not in text
    else:
        assert text.partition("[Unit]\n")[2].startswith("OnFailure=portal-failed@%n.service\n")


def test_the_image_copies_only_what_is_there_and_not_ignored():
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    let_through = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = [
        name.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if not any(fnmatch(name, known) for known in let_through)] == []


def test_the_image_runs_as_a_user_without_rights():
    assert re.findall(r"^USER (.*)$", CONTAINERFILE, re.MULTILINE) == ["portal"]


def test_every_setting_stands_in_the_readme():
    read = set()
    for name in ("portal/config.py", "portal/environment.py", "deploy/gunicorn.conf.py"):
        text = (ROOT / name).read_text(encoding="utf-8")
        read |= set(re.findall(r'environ\.get\(\s*"([A-Z_]+)"', text))
    table = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(read) > 10
    assert [name for name in sorted(read) if f"`{name}`" not in table] == []


def test_every_file_that_the_guide_names_is_there():
    guide = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bdeploy/[\w./-]+\.\w+", guide))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_timer_has_its_service_and_every_command_of_a_unit_exists(app):
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert [timer.name for timer in timers if timer.with_suffix(".service") not in UNITS] == []
    texts = "\n".join(unit.read_text(encoding="utf-8") for unit in UNITS)
    commands = set(re.findall(r"/bin/portal ([a-z-]+)", texts))
    assert timers
    assert commands
    assert commands - set(app.cli.commands) == set()


# How often each of the calendars that our timers use comes round.
PERIODS = {
    r"\*-\*-\* \d\d:\d\d": timedelta(days=1),
    r"hourly|\*:\d\d(:\d\d)?": timedelta(hours=1),
    r"\*:0/15": timedelta(minutes=15),
    r"\*:0/5": timedelta(minutes=5),
    r"\*:\*:\d\d": timedelta(minutes=1),
}


def job_of(timer):
    """The job that a timer's service records: its command, or what record-run names."""
    service = timer.with_suffix(".service").read_text(encoding="utf-8")
    return (
        re.findall(r"portal record-run ([a-z-]+)", service) or re.findall(r"/bin/portal ((?:audit )?[a-z-]+)", service)
    )[0]


def test_every_timer_starts_a_job_that_is_recorded_with_its_period():
    periods = {}
    for timer in (unit for unit in UNITS if unit.suffix == ".timer"):
        calendar = re.search(r"OnCalendar=(.*)", timer.read_text(encoding="utf-8"))[1]
        (periods[job_of(timer)],) = {period for form, period in PERIODS.items() if re.fullmatch(form, calendar)}
    assert periods == {job.name: job.period for job in JOBS}

"""A development portal without SECRET_KEY: sessions, open forms and second factors outlive its restarts."""

import http.client
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing, contextmanager
from urllib.parse import urlencode, urlsplit

import pyotp
import pysqlite3
import pytest
from justhtml import JustHTML

from deploy import rehearsal
from portal.config import ROOT
from portal.database.encryption import Keyring
from portal.database.orm import now
from portal.web.security import csrf
from tests.factories import PHRASE

COMMAND = "from portal.app import command_line; command_line()"


class Visitor:
    """A browser with cookies over plain HTTP, which browsers allow for this machine."""

    def __init__(self, address):
        self.address, self.cookies = address, {}

    def ask(self, path, fields=None):
        """(status, where it leads, text) of a GET, or of a POST with the CSRF token of the page at this path."""
        if fields is not None:
            fields = {**fields, csrf.FIELD: self.csrf_token(path)}
        return self._send(path, None if fields is None else urlencode(fields))

    def csrf_token(self, path):
        form = JustHTML(self._send(path, None)[2], sanitize=False).query(f"input[name={csrf.FIELD}]")[0]
        return form.attrs["value"]

    def _send(self, path, body):
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.address,
        }
        with closing(http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)) as connection:
            connection.request("GET" if body is None else "POST", path, body, headers)
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = header.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.getheader("Location") or "", answer.read().decode()


class Checkout:
    """A copy of the project with its default database, served as `make run` does."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("portal", "templates", "static", "deploy"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "wsgi.py", folder)
        port = rehearsal.free_port()
        self.address, self.key = f"http://127.0.0.1:{port}", folder / "instance" / "secret_key"
        unwanted = ("PORTAL_", "PYTHON", "DATABASE_URL", "SECRET_KEY")
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)} | {
            "PORT": str(port), "WEB_CONCURRENCY": "2", "PORTAL_THREADS": "2",
            "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def command(self, *arguments, **options):
        """Run `portal` with these arguments; what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments], cwd=self.folder, env=self.environ | options, text=True,
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    @contextmanager
    def served(self, **options):
        log = self.folder / "log"
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
        with rehearsal.started(command, log, cwd=self.folder, env=self.environ | options) as server:
            rehearsal.wait_for(self.address, server, log)
            yield Visitor(self.address)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("checkout"))


def set_up_second_factor(checkout, browser):
    """Choose a password for a new reviewer and set up a second factor; its secret."""
    invited = checkout.command("account", "add", "rex@example.org", "--name", "Rex", "--role", "reviewer")
    browser.ask(urlsplit(re.search(r"http\S+", invited).group()).path, {"password": PHRASE})
    secret = JustHTML(browser.ask("/sign-in/second-factor")[2], sanitize=False).query("#secret")[0].to_text()
    status, _, text = browser.ask("/sign-in/second-factor", {"code": pyotp.TOTP(secret).at(now())})
    assert status == 200, text[-2000:]
    return secret


@pytest.fixture(scope="module")
def enrolled(checkout):
    """The secret of a reviewer's second factor, their browser, and the token of a form that is open in it."""
    checkout.command("migrate")
    with checkout.served() as browser:
        return set_up_second_factor(checkout, browser), browser, browser.csrf_token("/staff/account")


def test_second_factor_session_and_open_form_work_after_a_restart(checkout, enrolled):
    secret, browser, form_token = enrolled
    checkout.command("migrate", "--sample-if-empty")
    with checkout.served() as other:
        assert browser.ask("/staff/")[0] == 200
        assert browser.csrf_token("/staff/account") == form_token
        assert other.ask("/sign-in", {"email": "rex@example.org", "password": PHRASE})[0] == 303
        next_code = pyotp.TOTP(secret).at(now(), counter_offset=1)
        assert other.ask("/sign-in/code", {"code": next_code})[:2] == (303, "/staff/")
    with closing(pysqlite3.connect(checkout.key.with_name("portal.db"))) as database:
        stored = database.execute("SELECT totp_secret FROM account").fetchone()[0]
    assert Keyring(checkout.key.read_text()).decrypt(stored) == secret != stored


@pytest.mark.usefixtures("enrolled")
def test_a_start_that_has_lost_its_key_says_so_at_once(checkout):
    elsewhere = checkout.key.rename(checkout.folder / "found_again")
    assert "1 second factors cannot be decrypted" in checkout.command("migrate")
    elsewhere.rename(checkout.key)

"""`make dev`: a changed template, style sheet or module takes effect at once, and no error stops the server."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from deploy import rehearsal
from portal.config import ROOT

pytestmark = pytest.mark.alone

TOKENS = "static/css/tokens/tokens.css"


class Checkout:
    """A copy of the project, served as `make dev` does, whose files a test may change."""

    def __init__(self, folder):
        self.folder = folder
        self.address = f"http://127.0.0.1:{rehearsal.free_port()}"

    @property
    def environ(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PYTHON"))}
        return kept | {
            "DATABASE_URL": f"sqlite:///{self.folder}/portal.db",
            "PORT": self.address.rpartition(":")[2],
            "PORTAL_DEV": "1",
            # Python identifies a compiled file by size and second, which a quick edit may not change.
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def change(self, name, old, new):
        # A new worker first has to record when each file was modified.
        time.sleep(1)
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def fetch(self, path):
        try:
            with urllib.request.urlopen(self.address + path, timeout=rehearsal.PATIENCE) as answer:  # noqa: S310
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def wait_for(self, path, words):
        deadline = time.monotonic() + rehearsal.PATIENCE
        while words not in (text := self.fetch(path)):
            assert time.monotonic() < deadline, text[-2000:]
            time.sleep(0.2)
        return text

    def sheet(self):
        """The URL of one style sheet, as a page links it."""
        return re.search(r'href="(/static/css/tokens/tokens\.[0-9a-f]+\.css)"', self.fetch("/contact/"))[1]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    copy = Checkout(tmp_path_factory.mktemp("checkout"))
    for name in ("portal", "templates", "static", "deploy"):
        shutil.copytree(ROOT / name, copy.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "wsgi.py", copy.folder)
    start = {"cwd": copy.folder, "env": copy.environ}
    migrate = "from portal.app import command_line; command_line(['migrate'])"
    subprocess.run([sys.executable, "-c", migrate], **start, check=True, capture_output=True)
    log = copy.folder / "log"
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/development.conf.py", "wsgi:app"]
    with rehearsal.started(command, log, **start) as server:
        rehearsal.wait_for(copy.address, server, log)
        yield copy


def test_a_changed_template_is_in_the_next_page(checkout):
    assert "data-changed" not in checkout.fetch("/contact/")
    checkout.change("templates/base.html", "<main ", '<main data-changed="template" ')
    checkout.wait_for("/contact/", 'data-changed="template"')


def test_a_changed_style_sheet_has_a_new_url(checkout):
    before = checkout.sheet()
    checkout.change(TOKENS, "@layer", "/* changed */\n@layer")
    deadline = time.monotonic() + rehearsal.PATIENCE
    while (after := checkout.sheet()) == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert checkout.fetch(after) == (checkout.folder / TOKENS).read_text(encoding="utf-8")


def test_an_import_error_is_shown_until_it_is_fixed(checkout):
    checkout.change("portal/errors.py", "\nclass", "\nMistaken\n\nclass")
    assert "Traceback" in checkout.wait_for("/contact/", "NameError: name 'Mistaken' is not defined")
    checkout.change("portal/errors.py", "\nMistaken\n", "")
    checkout.wait_for("/contact/", "</html>")

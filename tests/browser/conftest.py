"""A real portal under gunicorn and a real browser, for what a server test cannot see."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zlib import crc32

import axe_playwright_python
import pytest

from deploy import rehearsal
from portal.config import ROOT
from portal.database.transactions import begin_writing
from portal.i18n.languages import LANGUAGES
from portal.models import Account
from portal.services.accounts import sessions
from portal.web.security import cookies
from tests import over_http
from tests.factories import PHRASE, Office, begin_next_step, make_account
from tests.requirements import lacks

PROGRAMS = Path(sys.executable).parent
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# axe takes what a closed <details> holds for hidden, even where a style sheet shows it; so it would not look there.
OPEN_WHAT_SHOWS = """
for (const fold of document.querySelectorAll("details:not([open])"))
  if ([...fold.children].some((child) => child.localName !== "summary" && child.checkVisibility())) fold.open = true
"""
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 30  # seconds for the portal to answer for the first time


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The path of the system's own Chromium; Playwright downloads none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return lacks("Chromium is not installed", "apt-get install chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, chromium):
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_OPTIONS}


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    """The address of the database of the portal under test."""
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/portal.db"


@pytest.fixture(scope="session")
def portal_environ(database):
    """What the served portal, and commands beside it, read from the environment."""
    languages = ",".join(LANGUAGES)
    environ = {
        **os.environ,
        "PORT": str(rehearsal.free_port()),
        "DATABASE_URL": database,
        "PORTAL_LANGUAGES": languages,
    }
    environ.pop("PORTAL_ENV", None)
    return environ


@pytest.fixture(scope="session")
def live(chromium, portal_environ, tmp_path_factory):
    """The address of a portal with the sample records, served as an operator would serve it."""
    environ, port, folder = portal_environ, portal_environ["PORT"], tmp_path_factory.mktemp("log")
    subprocess.run([PROGRAMS / "portal", "migrate", "--sample-if-empty"], cwd=ROOT, env=environ, check=True)
    command = [PROGRAMS / "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(address := f"http://127.0.0.1:{port}", server, folder / "log")
        yield address
        assert server.poll() is None, f"the portal ended on its own, code {server.returncode}"
        assert "Traceback" not in (folder / "log").read_text()
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def wait_for(address, server, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/", timeout=PATIENCE):  # noqa: S310 # an address of our own making
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"the portal did not start:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def base_url(live):
    """So that tests say page.goto("/projects/")."""
    return live


@pytest.fixture(autouse=True)
def complaints(browser, context, live):
    """What the browser complains of; every test ends with none, unless it clears what it expects.

    A breach of the content security policy is an error on the console.
    """
    seen = []
    context.on("console", lambda line: line.type == "error" and seen.append(f"{line.text} at {line.location}"))
    context.on("weberror", lambda error: seen.append(f"{error.error} on {error.page.url}"))
    context.on("request", lambda request: is_foreign(request.url, live) and seen.append(f"asked for {request.url}"))
    yield seen
    found = list(seen)
    # Chromium now and then never answers when it is told to close a page that is on its way to another one, or that
    # holds something to send when it is left.
    for page in [page for open_context in browser.contexts for page in open_context.pages]:
        page.wait_for_load_state()
        page.goto("about:blank")
    assert found == []


def is_foreign(address, live):
    return not address.startswith((f"{live}/", "data:", "blob:", "about:"))


@pytest.fixture
def axe():
    """axe(page, within="html") lists the accessibility violations of a page, each with its element."""

    def violations(page, within="html"):
        page.evaluate(OPEN_WHAT_SHOWS)
        # Evaluated, not added as a script element, which the content security policy forbids.
        page.evaluate(AXE)
        found = page.evaluate("([place, options]) => axe.run(place, options)", [within, AXE_OPTIONS])
        return [
            f"{rule['id']}: {node['html'][:200]}\n  {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return violations


@pytest.fixture(scope="module")
def backstage(live, database):
    """The database of the live portal, for making accounts and reading the audit trail."""
    with over_http.backstage(database) as session:
        yield session


@pytest.fixture(scope="module")
def office(backstage):
    """The people of the live portal: the first module that asks makes them, the others find them."""
    session = backstage()
    begin_writing(session)
    is_made = session.query(Account).filter_by(email="ann@example.org").one_or_none()
    office = Office.found_in(session) if is_made else Office(session)
    session.commit()
    return office


@pytest.fixture
def writer(backstage, live, request):
    """writer(context) signs a fresh author in there."""

    def go(context):
        session = backstage()
        name = f"Writer{crc32(request.node.name.encode())}"
        account = session.query(Account).filter_by(email=f"{name.lower()}@example.org").one_or_none()
        account = account or make_account(session, name, password=PHRASE)
        begin_next_step(session)
        token, _ = sessions.start(session, account)
        session.commit()
        secure = live.replace("http:", "https:")
        context.add_cookies([{"name": cookies.SESSION, "value": token, "url": secure, "secure": True}])
        return account.id

    return go

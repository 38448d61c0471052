"""The wheel runs in an environment that holds only the wheel and the locked packages: it lacks no file."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
import zipfile
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement

from deploy import rehearsal
from portal.config import ROOT

pytestmark = pytest.mark.alone

BUILT_FROM = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "portal", "templates", "static", "deploy")
STALE_MODULE = "renamed_since.py"
GUNICORN = ("-c", "share/idf-portal/gunicorn.conf.py", "portal.wsgi:app")


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy of the checkout that holds a module of an earlier build."""
    copy, target = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    stale = copy / "build" / "lib" / "portal" / STALE_MODULE
    stale.parent.mkdir(parents=True)
    stale.touch()
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", target, copy)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A new environment with the wheel and the locked packages, which are linked from the test environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name, version in locked_packages():
        link(name, version, packages)
    python = folder / "bin" / "python"
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    pip("--python", python, "check")
    return folder


def locked_packages():
    """Name and version of each package that requirements/run.txt requires on this machine."""
    for line in (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines():
        if re.match(r"\w", line):
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate():
                (pinned,) = requirement.specifier
                yield requirement.name, pinned.version


def link(name, version, packages):
    installed = distribution(name)
    assert installed.version == version, name
    for part in {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}:
        if not (packages / part).exists():
            (packages / part).symlink_to(installed.locate_file(part))


def test_the_wheel_holds_every_file(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for folder, place in (("portal", ""), ("templates", "portal/"), ("static", "portal/")):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        # Of catalogues it holds what was compiled, and translators have the rest.
        files = [path.with_suffix(".mo") if path.suffix == ".po" else path for path in files]
        assert files
        assert {f"{place}{path.relative_to(ROOT).as_posix()}" for path in files} - packed == set()


def test_the_wheel_holds_no_module_of_an_earlier_build(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert f"portal/{STALE_MODULE}" not in archive.namelist()


def test_the_wheel_serves_pages_from_an_empty_environment(environment):
    port = rehearsal.free_port()
    address = f"http://127.0.0.1:{port}"
    unwanted = ("PORTAL_", "PYTHON", "DATABASE_URL", "SECRET_KEY")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    environ |= {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    start = {"cwd": environment, "env": environ}
    subprocess.run(["bin/portal", "migrate", "--sample-if-empty"], **start, check=True, capture_output=True)
    assert (environment / "instance" / "portal.db").exists()
    log = environment / "log"
    with rehearsal.started(["bin/python", "-m", "gunicorn", *GUNICORN], log, **start) as server:
        rehearsal.wait_for(address, server, log)
        sheet = re.search(r'<link rel="stylesheet" href="([^"]+)">', fetch(address, "/"))[1]
        assert "@layer" in fetch(address, sheet)
        assert 'href="/projects/LM.' in fetch(address, "/projects/")
        # With what was compiled when it was built, and the days of pages.csv.
        assert "Projets au Kenya" in fetch(address, "/fr/projects/?country=KEN")
        assert "Traducción cotejada" in fetch(address, "/es/privacy/")


def fetch(address, path):
    with urllib.request.urlopen(address + path, timeout=rehearsal.PATIENCE) as answer:  # noqa: S310
        return answer.read().decode()

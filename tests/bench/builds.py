"""The builds of the portal that are measured: this one, and an older one in a worktree with its own environment."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from portal.config import ROOT
from tests.bench.store import CACHE

# Names of the time, by which an adapter asks a tree's engine (engines/older_engine.py).
OLDER = "a34e343"


@dataclass(frozen=True)
class Build:
    """A tree, the programs that belong to it, and where its databases stand."""

    name: str
    root: Path
    programs: Path
    databases: Path

    def program(self, name: str) -> Path:
        return self.programs / name

    def database(self, scale: str) -> Path:
        return self.databases / f"{scale}.db"


OWN = Build("this build", ROOT, Path(sys.executable).parent, CACHE)


def older(commit: str) -> Build:
    """The build of a commit, checked out and installed with the versions that it was locked to."""
    run = subprocess.run(
        ["git", "rev-parse", "--short=7", f"{commit}^{{commit}}"], cwd=ROOT, capture_output=True, text=True
    )
    if run.returncode:
        raise SystemExit(f"There is no commit {commit} here: {run.stderr.strip()}")
    name = run.stdout.strip()
    folder = CACHE / f"against-{name}"
    build = Build(name, folder / "tree", folder / "environment" / "bin", folder)
    if not (folder / "ready").exists():
        install(build, folder)
    return build


def install(build: Build, folder: Path) -> None:
    for made in (build.root, folder / "environment"):
        shutil.rmtree(made, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", build.root, build.name], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "environment"], check=True)
    pip = [build.program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", build.root / "requirements" / "run.txt"], check=True)
    subprocess.run([*pip, "--no-build-isolation", "-e", build.root], check=True)
    (folder / "ready").touch()

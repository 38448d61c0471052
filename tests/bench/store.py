"""The cache folder: databases made once, and the raw numbers of every stage, so that a broken run goes on.

A number is good for one state of the code that makes it. Nothing in the folder is precious: delete it to begin anew.
"""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from portal.config import ROOT
from tests.bench import effort

CACHE = Path(os.environ.get("BENCH_CACHE") or ROOT / ".bench").resolve()
# What decides how fast the portal serves, and what decides what its databases hold.
SERVING = ("portal", "templates", "static", "deploy", "requirements/run.txt", "wsgi.py")
STORING = (
    "portal/migrations",
    "portal/models",
    "portal/services",
    "portal/terms",
    "portal/vocabulary",
    "portal/database",
    "portal/text",
)
_IS_CODE = {".py", ".html", ".css", ".js", ".csv", ".txt", ".mako"}


def state_of(places: tuple[str, ...]) -> str:
    """A short digest of all code in these places."""
    digest = hashlib.sha256()
    for place in places:
        path = ROOT / place
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in _IS_CODE:
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


class Store:
    """Raw numbers by stage and scale; `keeps` says to trust numbers that another state of the code gave."""

    def __init__(self, *, keeps: bool = False, forgets: bool = False) -> None:
        self._folder = CACHE / "raw"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._keeps = keeps
        # What was read of those that ask a server: when it was measured, and whether with this state of the code.
        self._read: dict[Path, tuple[str, bool]] = {}
        # Numbers of a quick run never stand in for those of a full one.
        pace = "-quick" if effort.IS_QUICK else ""
        self._states = {"serving": state_of(SERVING) + pace, "storing": state_of(STORING)}
        if forgets:
            for file in self._folder.glob("*.json"):
                # The databases stay, and with them what their making cost.
                if not file.name.startswith("import-"):
                    file.unlink()

    def path(self, stage: str, scale: str) -> Path:
        pace = "-quick" if effort.IS_QUICK and stage != "import" else ""
        return self._folder / f"{stage}-{scale}{pace}.json"

    def read(self, stage: str, scale: str, kind: str = "serving"):
        """What the stage gave at this scale, or None when it has not run, or ran with other code."""
        path = self.path(stage, scale)
        if not path.exists():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        is_current = kept["state"] == self._states[kind]
        if kind == "serving" and scale != "all":
            self._read[path] = kept["made_at"], is_current
        return kept["result"] if self._keeps or is_current else None

    def taken(self) -> list[str]:
        """The days and minutes at which what was read had been measured, in order."""
        return sorted(made_at for made_at, _ in self._read.values())

    def older_stages(self) -> int:
        """How many of what was read are of another state of the code."""
        return sum(not is_current for _, is_current in self._read.values())

    def write(self, stage: str, scale: str, result, kind: str = "serving") -> None:
        """Keep a result; the file is whole or not there."""
        kept = {
            "made_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
            "state": self._states[kind],
            "result": result,
        }
        path = self.path(stage, scale)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)

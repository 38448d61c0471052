"""A soak, run by hand: visitors, authors, publishing, imports and kill -9, for many minutes.

    python -m tests.serving.soak --minutes 20

Visitors ask at half of what the two processes were seen to serve just before. Prints one line a minute, and a summary.
Exits with 1 if anything that was acknowledged is missing at the end, or if any check of the portal finds a problem;
whether memory grew is for the reader to see.
"""

import argparse
import csv
import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from pathlib import Path

from deploy import rehearsal
from portal.database.transactions import transaction
from portal.models import Project, Revision
from portal.services.editorial import publication, review
from portal.vocabulary.workflow import Role
from tests.factories import COLUMNS, COMPLETE, make_account
from tests.over_http import Caller
from tests.serving.staff_flows import NEW, form, served, workers

VISITORS, AUTHORS = 6, 4
SHARE = 0.5  # of the capacity
WARMING, MEASURING = 5, 20  # seconds in which the capacity is found
PAGES = (
    "/", "/projects/", "/projects/?q=border", "/projects/?country=KEN", "/projects/table?by=region&across=year",
    "/data-and-research/", "/where-we-work/", "/how-we-count/", "/projects/LM.0024", "/projects.csv",
)  # fmt: skip
EVERY = {"save": 1, "publish": 20, "import": 90, "kill": 60}  # seconds
IMPORTED = 500
PHRASE = "a long phrase of the soak"
KNOWN = ("SP.", "SK.")  # how the numbers of published and of imported records begin


class Tally:
    """What came of all requests, and what was acknowledged."""

    def __init__(self):
        self.seconds = deque(maxlen=100_000)
        self.answers = Counter()
        self.saved, self.kills, self.published, self.imports, self.imported = set(), 0, 0, 0, 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        faults = soak(Path(folder), minutes) + examine(Path(folder))
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(1 if faults else 0)


def database_in(folder):
    return f"sqlite:///{folder}/portal.db"


def soak(folder, minutes):
    """Everything at once for so long; returns what was lost, a sentence each."""
    with served(database_in(folder)) as (portal, session, office):
        # Somebody must be able to sign in, or doctor says so.
        make_account(session, "Bo", Role.ADMINISTRATOR, password=PHRASE, totp_secret="S" * 32)
        most = capacity(portal)
        tally, rate = Tally(), most * SHARE
        print(f"capacity: {most:.0f} answers a second; visitors ask for {rate:.0f} of them", flush=True)
        memory = under_load(folder, portal, session, office, tally, rate, minutes)
        return report(session, tally, memory, rate, most)


def capacity(portal):
    """Answers a second that the processes give to visitors who never pause, this client on the same machine."""
    tally, stop = Tally(), threading.Event()
    tasks = [threading.Thread(target=visit, args=(portal, tally, stop, 100 + n, 0)) for n in range(VISITORS)]
    for task in tasks:
        task.start()
    time.sleep(WARMING)
    before, began = len(tally.seconds), time.monotonic()
    time.sleep(MEASURING)
    answers, seconds = len(tally.seconds) - before, time.monotonic() - began
    stop.set()
    for task in tasks:
        task.join()
    return answers / seconds


def under_load(folder, portal, session, office, tally, rate, minutes):
    """Run everything for so many minutes; returns the memory by minute."""
    stop = threading.Event()
    callers = [Caller(portal.address, session, (office.author, office.other)[n % 2]) for n in range(AUTHORS)]
    tasks = [threading.Thread(target=visit, args=(portal, tally, stop, n, VISITORS / rate)) for n in range(VISITORS)]
    tasks += [threading.Thread(target=write, args=(caller, tally, stop, n)) for n, caller in enumerate(callers)]
    tasks += [
        threading.Thread(target=import_now_and_then, args=(folder, tally, stop)),
        threading.Thread(target=kill_now_and_then, args=(portal.server, tally, stop)),
    ]
    for task in tasks:
        task.start()
    try:
        return watch(portal.server, tally, minutes, lambda: publish(session, office, tally))
    finally:
        stop.set()
        for task in tasks:
            task.join()


def visit(portal, tally, stop, number, every):
    """One visitor: pages that are kept and pages that nobody has asked for, one each `every` seconds."""
    chance = random.Random(number)  # noqa: S311 # no secret
    caller, due = Caller(portal.address), time.monotonic()
    while not stop.wait(max(0, due - time.monotonic())):
        due = max(due + every, time.monotonic())
        is_new = chance.random() < 0.5
        path = f"/projects/?budget_min={chance.randrange(10**6)}" if is_new else chance.choice(PAGES)
        begun = time.monotonic()
        try:
            tally.answers[caller.ask(path).status] += 1
        except (OSError, http.client.HTTPException) as error:
            tally.answers[type(error).__name__] += 1
        tally.seconds.append(time.monotonic() - begun)


def write(caller, tally, stop, number):
    """One author, who submits a form again until it is acknowledged."""
    token, count = None, 0
    while not stop.wait(EVERY["save"]):
        count += 1
        title = f"Soak {number} {count}"
        fields = None
        while not stop.is_set():
            try:
                token = token or caller.csrf_token(NEW)
                fields = fields or form(title, csrf_token=token)
                answer = caller.ask(NEW, fields)
            except (OSError, http.client.HTTPException, AssertionError):
                continue
            if answer.status == 303:
                tally.saved.add(title)
                break


def publish(session, office, tally):
    """One more record, all the way, beside the server."""
    with transaction(session()) as open_session:
        draft = COMPLETE.replace(title=f"Soak published {tally.published}", number=f"SP.{tally.published:04}")
        revision = review.new_draft(open_session, draft, by=office.author)
        review.submit(open_session, revision, version=revision.version, by=office.author)
        review.claim(open_session, revision, by=office.reviewer)
        review.approve(open_session, revision, version=revision.version, by=office.reviewer)
        publication.publish(open_session, revision, by=office.reviewer)
    tally.published += 1


def import_now_and_then(folder, tally, stop):
    environ = {**os.environ, "DATABASE_URL": database_in(folder)}
    while not stop.wait(EVERY["import"]):
        source = folder / "import.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(
                {"project_id": f"SK.{number:04}", "title": f"Imported {number}, time {tally.imports}", "year": "2020"}
                for number in range(IMPORTED)
            )
        command = [rehearsal.program("portal"), "import", str(source)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        tally.answers[f"import ended with {done.returncode}"] += 1
        if done.returncode:
            print(done.stdout[-500:], done.stderr[-500:], flush=True)
        else:
            tally.imported = IMPORTED
        tally.imports += 1


def kill_now_and_then(server, tally, stop):
    while not stop.wait(EVERY["kill"]):
        if alive := workers(server):
            os.kill(random.choice(alive), signal.SIGKILL)  # noqa: S311 # no secret
            tally.kills += 1


def watch(server, tally, minutes, publish_one):
    """Publish in time, and print a line a minute; returns the memory of all processes by minute, in MB."""
    memory, end = [], time.monotonic() + minutes * 60
    next_line, next_publishing = time.monotonic() + 60, time.monotonic()
    while time.monotonic() < end:
        if time.monotonic() >= next_publishing:
            publish_one()
            next_publishing += EVERY["publish"]
        if time.monotonic() >= next_line:
            memory.append(memory_of(server))
            print(
                f"{len(memory)} min: {memory[-1]:.0f} MB, {dict(tally.answers)}, {len(tally.saved)} saved", flush=True
            )
            next_line += 60
        time.sleep(0.2)
    return memory


def memory_of(server):
    total = 0
    for pid in [server.pid, *workers(server)]:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return total / 1024


def report(session, tally, memory, rate, most):
    """Print the figures; returns what was lost, a sentence each."""
    session.rollback()
    titles = {revision.draft.title for revision in session.query(Revision)}
    ordered = sorted(tally.seconds)
    at = {share: ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95, 0.99)}
    print(f"visitors asked for {rate:.0f} pages a second, of {most:.0f} that two processes can serve")
    print(f"answers: {dict(tally.answers)}")
    print(
        f"visitors, ms: median {at[0.5]:.1f}, p95 {at[0.95]:.1f}, p99 {at[0.99]:.1f}, longest {ordered[-1] * 1000:.0f}"
    )
    print(f"{tally.kills} kills, {tally.published} published, {tally.imports} imports of {IMPORTED} rows")
    print(f"acknowledged: {len(tally.saved)}, missing: {sorted(tally.saved - titles)}")
    print(f"memory by minute, MB: {[round(each) for each in memory]}")
    stored = {prefix: session.query(Project).filter(Project.reference.startswith(prefix)).count() for prefix in KNOWN}
    lost = {
        "acknowledged submissions": len(tally.saved - titles),
        "publications": tally.published - stored["SP."],
        "imported records": tally.imported - stored["SK."],
    }
    return [f"lost: {count} {what}" for what, count in lost.items() if count > 0]


def examine(folder):
    """Every check of the portal, as in production, on what is left; returns what failed.

    What timers do comes first, so that doctor misses none of it.
    """
    backups = folder / "backups"
    backups.mkdir()
    address = f"http://127.0.0.1:{rehearsal.free_port()}"
    environ = rehearsal.settings(folder, "", address, database_in(folder)) | {"PORTAL_BACKUPS": str(backups)}
    timed = (["publish-due"], ["cleanup"], ["backup", str(backups / "soak.db")], ["audit", "publish"])
    checks = (["index", "check"], ["check-rows"], ["audit", "verify"], ["doctor", "--fail-on", "problem"])
    faults = []
    for command in (*timed, *checks):
        done = subprocess.run([rehearsal.program("portal"), *command], env=environ, capture_output=True, text=True)
        print(f"portal {' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}", flush=True)
        if done.returncode:
            faults.append(f"portal {' '.join(command)} ended with {done.returncode}")
    return faults


if __name__ == "__main__":
    main()

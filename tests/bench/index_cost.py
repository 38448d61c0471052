"""What the index costs: time to build, time until a fresh server answers, and memory of a worker, over a bare one."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time

from portal.config import ROOT
from tests.bench.each_worker import one_at_each
from tests.bench.effort import REPEATS
from tests.bench.questions import questions
from tests.bench.scales import SCALES, Scale, environment, own_memory_of, shared_memory_of
from tests.bench.serving import NO_PAGE_CACHE, gunicorn
from tests.bench.visitor import Visitor, check

# After as many different searches a worker has made what it makes on demand.
SEARCHES = 5
# The machine: so many workers, each asked so many questions for the first time, and seconds until they are at rest.
WORKERS, NEW_QUESTIONS, SETTLED_AFTER = 4, 60, 5
BARE, FULL = "bare", "full"


def measure(scale: Scale) -> dict:
    """Medians of a few repeats; seconds and MB."""
    bare = [first_answer(SCALES["empty"], searches=0) for _ in range(REPEATS)]
    full = [first_answer(scale, searches=SEARCHES) for _ in range(REPEATS)]
    built = [probe(scale) for _ in range(REPEATS)]
    replaced = {
        name: [replacement(each) for _ in range(REPEATS)] for name, each in ((BARE, SCALES["empty"]), (FULL, scale))
    }
    return {
        "projects": built[0]["projects"],
        "build": middle(built, "seconds"),
        "build_grown": middle(built, "grown"),
        "build_peak": middle(built, "peak"),
        "start": middle(full, "seconds") - middle(bare, "seconds"),
        "bare_start": middle(bare, "seconds"),
        "worker_start": statistics.median(replaced[FULL]) - statistics.median(replaced[BARE]),
        "bare_memory": middle(bare, "memory"),
        "memory": middle(full, "memory") - middle(bare, "memory"),
        "memory_used": middle(full, "memory_used") - middle(bare, "memory"),
        "mapped": middle(built, "mapped"),
        "machine": {
            "bare": machine(SCALES["empty"], WORKERS, new_questions=0),
            "one": machine(scale, 1, new_questions=NEW_QUESTIONS),
            "several": machine(scale, WORKERS, new_questions=NEW_QUESTIONS),
        },
    }


def replacement(scale: Scale) -> float:
    """Seconds from the end of the one worker of a server to the first answer of the worker that takes its place."""
    with gunicorn(scale.database, **NO_PAGE_CACHE) as server:
        visitor = Visitor(server.port)
        check("/projects/", visitor.ask("/projects/").status)
        (ended,) = server.workers
        begun = time.perf_counter()
        os.kill(ended, signal.SIGKILL)
        check("/projects/", visitor.ask("/projects/").status)
        seconds = time.perf_counter() - begun
        visitor.close()
    return seconds


def machine(scale: Scale, workers: int, new_questions: int) -> dict:
    """MB: what the worker has alone that has most (USS), and what master and workers have together (PSS)."""
    asked = questions(scale.database) if new_questions else None
    numbers = range(new_questions and 1 + new_questions // len(asked.each(0)))
    paths = [question.path for number in numbers for question in asked.each(number)][:new_questions]
    with gunicorn(scale.database, workers=workers, **NO_PAGE_CACHE) as server:
        visitors = one_at_each(server, workers)
        for _, visitor in visitors:
            for path in paths:
                check(path, visitor.ask(path).status)
        time.sleep(SETTLED_AFTER)
        pids = [pid for pid, _ in visitors]
        shares = [shared_memory_of(pid) for pid in (server.pid, *pids)]
        for _, visitor in visitors:
            visitor.close()
        return {"uss": max(map(own_memory_of, pids)) / 2**20, "pss": sum(shares) / 2**20}


def middle(found: list[dict], name: str) -> float:
    return statistics.median(each[name] for each in found)


def probe(scale: Scale) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.index_probe"],
        cwd=ROOT, env=environment(scale.database), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The index was not built:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def first_answer(scale: Scale, searches: int) -> dict:
    """Seconds from starting the server to its first page; memory of the worker then, and after some searches."""
    asked = questions(scale.database) if searches else None
    begun = time.perf_counter()
    with gunicorn(scale.database, **NO_PAGE_CACHE) as server:
        visitor = Visitor(server.port)
        check("/projects/", visitor.ask("/projects/").status)
        seconds = time.perf_counter() - begun
        memory = server.memory()
        for number in range(searches):
            for question in asked.each(number):
                visitor.ask(question.path)
        used = server.memory()
        visitor.close()
    return {"seconds": seconds, "memory": memory, "memory_used": used}

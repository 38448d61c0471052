"""What other visitors feel while one client sends ten of the costliest requests a second, at gunicorn and behind nginx.

The client and the visitors have addresses of their own: every one that begins with 127 is one of this machine.
"""

import http.client
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from deploy import rehearsal
from portal.config import Settings
from portal.vocabulary.facets import MAX_SEARCH_BEGINNINGS, MAX_VALUES_PER_FACET
from portal.vocabulary.term_lists import read_term_list
from tests.bench import effort
from tests.bench.scales import Scale
from tests.bench.serving import gunicorn
from tests.bench.visitor import summary

WORKERS, RATE = 2, 10
CLICKS = 40 if effort.IS_QUICK else 60
# Between two clicks of the visitors, of whom nginx lets one send twenty requests a second; and after an attack, whose
# last requests are still answered.
_PAUSE, _REST = 0.06, 2
_ATTACKER, _VISITOR = "127.0.0.2", "127.0.0.3"
_PATIENCE = 60
_LETTERS = "abcdefghilmnoprstuvw"
_READY = ("/how-we-count/", "/healthz", "/projects/")


def beginnings(number: int) -> str:
    """A text of the shortest beginnings that match nearly every record, another one for each number."""
    chosen = random.Random(number).choices(_LETTERS, k=MAX_SEARCH_BEGINNINGS)  # noqa: S311 # no secret
    return f"{'+'.join(f'{letter}*' for letter in chosen)}&budget_min={number}"


def choices(number: int) -> str:
    codes = [row.code for row in read_term_list("country")]
    chosen = random.Random(number).sample(codes, MAX_VALUES_PER_FACET)  # noqa: S311 # no secret
    return f"{'&'.join(f'country={code}' for code in chosen)}&budget_min={number}&per_page=100"


ATTACKS: dict[str, Callable[[int], str]] = {
    "texts of beginnings": lambda number: f"/projects/?q={beginnings(number)}",
    "the same in the API": lambda number: f"/api/v1/projects?q={beginnings(number)}",
    "the same as a table": lambda number: f"/projects/table?q={beginnings(number)}&by=country&across=year",
    "the same as a file": lambda number: f"/projects.csv?q={beginnings(number)}",
    "as many choices as a search takes": lambda number: f"/projects/?{choices(number)}",
    "tables": lambda number: f"/projects/table?by=country&across=year&budget_min={number}",
    "charts": lambda number: f"/data-and-research/?budget_min={number}",
    "maps of the site": lambda number: f"/sitemap-1.xml?number={number}",
    "lists of states": lambda number: f"/data-and-research/eligible-states.csv?number={number}",
    "whole files": lambda number: f"/projects.xlsx?budget_min={number}",
}


def measure(scale: Scale) -> dict:
    """By server and attack: milliseconds of clicks, of what is ready, and of the refusals; idle for comparison."""
    with gunicorn(scale.database, workers=WORKERS, threads=Settings.threads) as server:
        direct = attacked(server.port)
    with rehearsal.behind_nginx(database=f"sqlite:///{scale.database}") as portal:
        proxied = attacked(portal.port)
    return {"gunicorn": direct, "nginx": proxied}


def attacked(port: int) -> dict:
    numbers = itertools.count(1_000)
    # Every process builds its index first.
    clicks(port, numbers)
    found = {"idle": {"clicks": clicks(port, numbers), "ready": ready(port)}}
    for name, address in ATTACKS.items():
        with attack(port, address, numbers) as answers:
            time.sleep(1)
            found[name] = {"clicks": clicks(port, numbers), "ready": ready(port)}
        refused = [seconds for status, seconds in answers if status in (429, 503)]
        found[name] |= {"sent": len(answers), "refused": len(refused), "slowest_refusal": max(refused, default=0)}
        if unexpected := {status for status, _ in answers} - {200, 429, 503}:
            raise SystemExit(f"{name}: {unexpected}")
    return found


@contextmanager
def attack(port: int, address: Callable[[int], str], numbers: Iterator[int]) -> Iterator[list[tuple[int, float]]]:
    """Send RATE requests a second inside the block, however long the answers take; yields their status and seconds."""
    stop, answers, sent = threading.Event(), [], []

    def ask() -> None:
        answers.append(taken(port, address(next(numbers)), _ATTACKER))

    def keep_asking() -> None:
        due = time.perf_counter()
        while not stop.wait(max(0, due - time.perf_counter())):
            sent.append(threading.Thread(target=ask))
            sent[-1].start()
            due += 1 / RATE

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in (asking, *sent):
            thread.join()
        time.sleep(_REST)


def taken(port: int, path: str, client: str) -> tuple[int, float]:
    """Status and seconds of one request on a connection of its own."""
    begun = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, _PATIENCE, source_address=(client, 0))) as line:
        line.request("GET", path, headers={"Host": "localhost"})
        answer = line.getresponse()
        answer.read()
    return answer.status, time.perf_counter() - begun


def clicks(port: int, numbers: Iterator[int]) -> dict[str, float]:
    """Filters that nobody has chosen before; a visitor who is refused ends the run."""
    return of_visitor(port, [f"/projects/?year_from=1990&budget_min={next(numbers)}" for _ in range(CLICKS)])


def ready(port: int) -> dict[str, float]:
    """Prose, health and a page that is kept."""
    return of_visitor(port, _READY * (CLICKS // len(_READY)))


def of_visitor(port: int, paths: list[str] | tuple[str, ...]) -> dict[str, float]:
    seconds = []
    for path in paths:
        status, its = taken(port, path, _VISITOR)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        seconds.append(its)
        time.sleep(_PAUSE)
    return summary(seconds)

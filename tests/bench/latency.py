"""How long a page takes: the cases in turn, one client, one worker; then the same of the two peers."""

from collections import defaultdict

from tests.bench import effort, peer, rounds
from tests.bench.plain_sql import PlainSql
from tests.bench.questions import Questions, questions
from tests.bench.scales import Scale, count
from tests.bench.serving import NO_PAGE_CACHE, datasette, gunicorn, wait_until_settled
from tests.bench.visitor import Visitor, check, summary


def portal(scale: Scale) -> dict:
    """The portal with its cache of pages off: a search and a rendering for every request."""
    with gunicorn(scale.database, **NO_PAGE_CACHE) as server:
        wait_until_settled(server)
        found = rounds.pages(scale, {"portal": server}, {})
    return {
        "cases": found["cases"]["portal"],
        "totals": found["totals"]["portal"],
        "far_page": questions(scale.database).far_page,
        "page_kilobytes": found["kilobytes"]["portal"],
    }


def kept(scale: Scale) -> dict:
    """The portal as it runs by default, asked for pages it has made before; and asked whether they changed."""
    asked = questions(scale.database)
    taken: dict[str, list[float]] = {"kept": [], "not_modified": []}
    cases: dict[str, list[float]] = defaultdict(list)
    with gunicorn(scale.database) as server:
        visitor = Visitor(server.port)
        # Few enough for any sensible cache; the second round finds what the first one left.
        few = [question for each in (asked.cases | asked.fresh).values() for question in each[:3]]
        marks = {question.path: visitor.ask(question.path).etag for question in few for _ in range(2)}
        for _ in range(effort.ROUNDS_KEPT):
            for question in few:
                answer = visitor.ask(question.path)
                check(question.path, answer.status)
                taken["kept"].append(answer.seconds)
                cases[question.case].append(answer.seconds)
                if mark := marks[question.path]:
                    answer = visitor.ask(question.path, If_None_Match=mark)
                    if answer.status == 304:
                        taken["not_modified"].append(answer.seconds)
        visitor.close()
    found = {name: summary(seconds) if seconds else None for name, seconds in taken.items()}
    return found | {"cases": {case: summary(seconds) for case, seconds in cases.items()}}


def beside_plain_datasette(scale: Scale) -> dict:
    return beside_datasette(scale, is_indexed=False)


def beside_datasette(scale: Scale, *, is_indexed: bool = True) -> dict:
    asked, file = questions(scale.database), peer.database(scale, is_indexed=is_indexed)
    with datasette(file, peer.SETTINGS) as server:
        visitor = peer.Datasette(server.port, file, asked)
        try:
            return peer_rounds(asked, visitor, rounds_at(scale))
        finally:
            visitor.close()


def beside_sql(scale: Scale) -> dict:
    asked = questions(scale.database)
    visitor = PlainSql(scale.database, asked)
    try:
        return peer_rounds(asked, visitor, rounds_at(scale))
    finally:
        visitor.close()


def rounds_at(scale: Scale) -> int:
    is_large = count(scale.database) > effort.LARGE
    return effort.PEER_ROUNDS_LARGE if is_large else effort.PEER_ROUNDS


def peer_rounds(asked: Questions, visitor, number_of_rounds: int) -> dict:
    """The same cases in turn; the first answer of all, which finds everything cold, does not count."""
    times: dict[str, list[float]] = defaultdict(list)
    totals: dict[str, int] = {}
    visitor.ask(asked.cases["no filter"][0])
    for number in range(number_of_rounds):
        fresh = [once[number] for once in asked.fresh.values()]
        for question in [*asked.each(number), *fresh]:
            answer, total = visitor.ask(question)
            times[question.case].append(answer.seconds)
            totals[question.path] = total
    return {"cases": {case: summary(taken) for case, taken in times.items()}, "totals": totals}

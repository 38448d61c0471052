"""Servers over the same records that are asked in turn, a round of questions each, so that all meet the same noise."""

import statistics
from collections import defaultdict

from tests.bench import effort
from tests.bench.questions import Question, questions
from tests.bench.scales import Scale
from tests.bench.serving import Server
from tests.bench.visitor import Visitor, check, summary, total_in

# New questions that one server is asked before it is the next one's turn.
A_ROUND = 10


def pages(scale: Scale, servers: dict[str, Server], headers: dict[str, str]) -> dict:
    """Milliseconds and kilobytes by server and case, and the number of projects that each said to every question.

    `headers` are sent with every request; those of htmx ask for fragments.
    """
    asked = questions(scale.database)
    visitors = {name: Visitor(server.port) for name, server in servers.items()}
    times: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in servers}
    sizes: dict[str, list[int]] = {name: [] for name in servers}
    totals: dict[str, dict[str, int]] = {name: {} for name in servers}

    def ask_round(asked_now: list[Question], number: int, *, is_timed: bool = True) -> None:
        """All of them of one server, then of the next; each time another question comes first.

        The first one finds the processor's caches full of the other server.
        """
        first = number % len(asked_now)
        for name in list(visitors) if number % 2 else reversed(visitors):
            for question in asked_now[first:] + asked_now[:first]:
                answer = visitors[name].ask(question.path, **headers)
                check(question.path, answer.status)
                if is_timed:
                    times[name][question.case].append(answer.seconds)
                else:
                    sizes[name].append(len(answer.body))
                    totals[name][question.path] = total_in(answer.body)

    for number, each in enumerate(asked.cases.values()):
        ask_round(each, number, is_timed=False)
    for number in range(effort.ROUNDS):
        ask_round(asked.each(number), number)
    # A fragment of what a page was asked for is no first time.
    for once in () if headers else asked.fresh.values():
        for number, begun in enumerate(range(0, len(once), A_ROUND)):
            ask_round(once[begun : begun + A_ROUND], number)
    for visitor in visitors.values():
        visitor.close()
    return {
        "cases": {name: {case: summary(taken) for case, taken in its.items()} for name, its in times.items()},
        "kilobytes": {name: statistics.mean(its) / 1000 for name, its in sizes.items()},
        "totals": totals,
    }

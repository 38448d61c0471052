"""The results of a run: a line of JSON for each mutant, and a text with a table and the mutants that survived."""

import json
from collections import Counter
from dataclasses import asdict, dataclass

NOTICED = ("killed", "timeout")
# A mutant is unchanged if its code is the same, or cannot be put into the loaded function: it counts for nothing.
OUTCOMES = (*NOTICED, "survived", "no test")


@dataclass(frozen=True)
class Result:
    key: str
    path: str
    line: int
    operator: str
    outcome: str
    test: str
    ran: int
    covering: int
    seconds: float
    diff: str


def append(file, result):
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(result)) + "\n")


def read(file):
    """The last result of each mutant, by key."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    results = [Result(**json.loads(line)) for line in lines]
    return {result.key: result for result in results}


def write(file, title, results):
    results = sorted(results, key=lambda result: (result.path, result.line))
    counted = [result for result in results if result.outcome in OUTCOMES]
    text = "\n".join([f"# {title}", "", *table(counted), "", *survivors(counted)])
    file.write_text(text, encoding="utf-8")
    return text


def table(results):
    rooms = {}
    for result in results:
        rooms.setdefault(result.path.rpartition("/")[0], []).append(result)
    yield f"| room | mutants | {' | '.join(OUTCOMES)} | noticed |"
    yield f"|---|{'---:|' * (len(OUTCOMES) + 2)}"
    for room, in_room in sorted(rooms.items()):
        yield row(room, in_room)
    yield row("**all**", results)


def row(name, results):
    outcomes = Counter(result.outcome for result in results)
    share = 100 * sum(outcomes[outcome] for outcome in NOTICED) / max(len(results), 1)
    cells = [name, len(results), *(outcomes[outcome] for outcome in OUTCOMES), f"{share:.1f} %"]
    return f"| {' | '.join(map(str, cells))} |"


def survivors(results):
    for result in results:
        if result.outcome not in NOTICED:
            tests = f"{result.ran} of {result.covering} tests ran" if result.covering else "no test runs this line"
            yield f"## {result.path}:{result.line}\n\n{result.operator}, {result.key}; {tests}\n"
            yield f"```diff\n{result.diff}\n```\n"

"""What staff read of a revision: whose turn it is, what they can do and why not, and where it is on their desk.

All of it stands in golden/staff/whose-turn.txt as the pages say it; tests.golden_files says how to write it again.
"""

import re

import pytest

from tests import golden_files, page_text
from tests.factories import COMPLETE, Office
from tests.page_text import words
from tests.promises.situations import SITUATIONS, line, looked_at, masked

QUEUES = ("review", "publish", "others", "returned", "drafts", "done")


@pytest.fixture
def office(session):
    return Office(session())


def parts(element):
    return [child for child in element.children if child.name[0] not in "#!"]


def told_to_all(page):
    """What the head and the history of a revision say, to whomever."""
    head, history = page.query("main h1")[0].parent, parts(page.query("aside")[0])[-1]
    lines = [line(part) for part in parts(head)[2:]]
    events = [re.sub(r"^.*?, ", "", masked(line(event))) for event in history.query("ol > li")]
    return "\n".join(f"  {text}" for text in [*map(masked, lines), f"history: {'; '.join(events)}"])


def told_to(page, row):
    """What depends on who looks: the heading, the steps, the warning beside them and the row on the desk."""
    steps, *beside = parts(page.query("aside")[0])[:-1]
    can = [words(step) for step in steps.query("a.button, button, p")]
    warnings = [f"    told: {line(part)}" for part in beside if part.name == "div"]
    heading = words(page.query("main h1")[0])
    return masked("\n".join([f"  > {heading}", f"    can: {'; '.join(can)}", *warnings, f"    desk: {row}"]))


def rows_of(person):
    """Each row on the desk of a person by the number of its revision, with the name of its queue."""
    found = {}
    for queue in QUEUES:
        page = looked_at(person.get(f"/staff/?queue={queue}"))
        tab = words(page.query("main nav a[aria-current]")[0]).rsplit(" ", 1)[0]
        for row in page.query("main table tbody tr"):
            number = int(re.search(r"R-([0-9]+)", words(row))[1])
            cells = [page_text.read(cell).strip() for cell in row.query("th, td")[1:] if cell.name == "td"]
            found[number] = f"{tab} | {' | '.join(cells[-3:])}"
    return found


def test_every_situation_says_whose_turn_it_is(office, people):
    made = {name: make(office, COMPLETE.replace(title=f"A record, {name}")) for name, make in SITUATIONS.items()}
    office.session.commit()
    numbers = {name: revision.id for name, revision in made.items()}
    rows = {name: rows_of(person) for name, person in people.items()}
    text = ""
    for situation, number in numbers.items():
        answers = {name: person.get(f"/staff/revisions/{number}") for name, person in people.items()}
        pages = {name: answer.status_code == 200 and looked_at(answer) for name, answer in answers.items()}
        (shared,) = {told_to_all(page) for page in pages.values() if page}
        text += f"{situation}\n{shared}\n"
        read = {}
        for name, page in pages.items():
            row = rows[name].get(number, "-")
            read.setdefault(told_to(page, row) if page else "  > not found", []).append(name)
        text += "".join(f"  {', '.join(names)}\n{told}\n" for told, names in read.items()) + "\n"
    golden_files.compare("staff/whose-turn", text)

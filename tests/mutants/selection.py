"""Choose the tests that can notice a mutant, those first that are most likely to."""

import re
from collections import Counter


class Selection:
    """`tests_of_line` and `seconds` come from a recording; a mutant may take `budget` seconds of tests."""

    def __init__(self, seconds, tests_of_line, budget):
        self.seconds = seconds
        self.tests_of_line = tests_of_line
        self.budget = budget
        # By module: the tests that noticed a mutant of it.
        self.noticed_by = {}

    def tests(self, mutant):
        """All tests that execute the statement, and of those the ones that fit into the budget, in order."""
        covering = set()
        for line in mutant.lines:
            covering |= self.tests_of_line.get((mutant.path, line), set())
        ordered = sorted(covering, key=lambda test: self.rank(mutant.path, test))
        chosen, total = [], 0
        for test in ordered:
            total += self.seconds[test]
            if chosen and total > self.budget:
                break
            chosen.append(test)
        return covering, chosen

    def rank(self, path, test):
        noticed = self.noticed_by.get(path, Counter())[test]
        nearness = len(words(path) & words(test.partition("::")[0]))
        return -noticed, -nearness, self.seconds[test], test

    def add_noticed(self, mutant, test):
        self.noticed_by.setdefault(mutant.path, Counter())[test] += 1


def words(path):
    return set(re.split(r"[/_.]", path))

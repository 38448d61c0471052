"""The engine of the portal as it was at commit a34e343, by the names it had then; started in its own tree."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import protocol

sys.path.insert(1, str(Path.cwd()))

from portal.app import from_environment
from portal.search import Filters, directory


def filters_of(question: protocol.Question) -> Filters:
    picks = frozenset((facet, value) for facet, values in question.picks.items() for value in values)
    return Filters(text=question.text, picks=picks, sort="newest" if question.text else "")


def prepare(_source: Path, _folder: Path):
    from_environment().app_context().push()
    snapshot = directory.current()
    whole = snapshot.index
    index = replace(whole, bits={facet: whole.bits[facet] for facet in protocol.FACETS})

    def answer(question):
        filters = filters_of(question)
        hits, _ = directory.hits_of(snapshot, filters) or (None, None)
        selection = index.select(filters, hits)
        ids = index.page(selection, "newest", 0, protocol.ROWS)
        return protocol.Answer(len(selection), index.counts(filters, hits, selection), ids)

    return answer


if __name__ == "__main__":
    protocol.serve(prepare)

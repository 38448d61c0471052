"""The portal's own engine, without rows, sums, page or server; DATABASE_URL names its records."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import protocol
from flask import has_app_context

# As a script this file's own folder comes first; the portal is where the script was started.
sys.path.insert(1, str(Path.cwd()))

from portal.app import from_environment
from portal.database.orm import db
from portal.search import Filters, directory
from portal.search.index import refresh
from portal.search.index.current import current_snapshot
from portal.search.index.storage.shared_files import SharedFiles
from portal.search.words import word_store


def enter_portal(folder: Path) -> None:
    """Be in the portal, as a script, with the files that a server has; engine_app is in it already."""
    if has_app_context():
        return
    from_environment().app_context().push()
    store = refresh.store_for(db.engine.engine)
    # The state is trusted for as long as it is asked.
    store.files, store.max_staleness = SharedFiles(folder), 3_600.0
    while word_store.words_at(current_snapshot().catalogue_version) is None:
        word_store.keep_words_ready()
        db.session.remove()
        time.sleep(0.25)


def filters_of(question: protocol.Question) -> Filters:
    picks = frozenset((facet, value) for facet, values in question.picks.items() for value in values)
    return Filters(text=question.text, selected=picks, sort="newest" if question.text else "")


def prepare(_source: Path, folder: Path):
    enter_portal(folder)
    snapshot = current_snapshot()
    whole = snapshot.index
    index = replace(whole, bitmaps={facet: whole.bitmaps[facet] for facet in protocol.FACETS})

    def answer(question):
        filters = filters_of(question)
        hits, _ = directory.text_hits(snapshot, filters) or (None, ())
        selection = index.select(filters, hits)
        ids = index.page(selection, "newest", 0, protocol.ROWS)
        return protocol.Answer(len(selection), index.facet_counts(filters, hits, selection), ids)

    return answer


def prepare_whole(_source: Path, folder: Path):
    """What a page takes: all facets, the sums, the rows."""
    enter_portal(folder)
    current_snapshot()

    def answer(question):
        found = directory.find(filters_of(question))
        return protocol.Answer(found.total, found.facet_counts, [project.id for project in found.projects])

    return answer


if __name__ == "__main__":
    protocol.serve(prepare_whole if sys.argv[3:] == ["whole"] else prepare)

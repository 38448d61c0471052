"""Tantivy: an index in a folder, mapped into memory; one segment; facets as fast fields."""

from __future__ import annotations

from pathlib import Path

import protocol
import tantivy
from tantivy import Occur, Query


def schema():
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("title")
    builder.add_text_field("summary")
    for facet in protocol.FACETS:
        builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("start", fast=True, indexed=True)
    return builder.build()


def fill(index, source: Path) -> None:
    writer = index.writer(num_threads=1)
    for record in protocol.records(source):
        document = tantivy.Document(
            id=record.id, title=record.title, summary=record.summary, start=record.start, **record.facets
        )
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def prepare(source: Path, folder: Path):
    is_new = not (folder / "meta.json").exists()
    index = tantivy.Index(schema(), path=str(folder))
    if is_new:
        fill(index, source)
        index.reload()
    searcher, form = index.searcher(), schema()

    def query(text, picks):
        parts = [(Occur.Must, index.parse_query(text, ["title", "summary"]))] if text else []
        parts += [(Occur.Must, Query.term_set_query(form, facet, list(values))) for facet, values in picks.items()]
        return Query.boolean_query(parts) if parts else Query.all_query()

    def count(text, picks, facets):
        asked = {facet: {"terms": {"field": facet, "size": protocol.VALUES}} for facet in facets}
        found = searcher.aggregate(query(text, picks), asked)
        return {facet: {bucket["key"]: bucket["doc_count"] for bucket in found[facet]["buckets"]} for facet in facets}

    counter = protocol.FacetCounter(count)

    def answer(question):
        found = searcher.search(query(*question), limit=protocol.ROWS, count=True, order_by_field="start")
        ids = [searcher.doc(address)["id"][0] for _, address in found.hits]
        return protocol.Answer(found.count, counter.counts(question), ids)

    return answer


if __name__ == "__main__":
    protocol.serve(prepare)

"""lucisearch (imported as luci): requests in the form of Elasticsearch, in process."""

from __future__ import annotations

from pathlib import Path

import luci
import protocol

BATCH = 5_000


def fill(index, source: Path) -> None:
    batch = []
    for record in protocol.records(source):
        batch.append(
            {"id": record.id, "title": record.title, "summary": record.summary, "start": record.start, **record.facets}
        )
        if len(batch) == BATCH:
            index.bulk(batch)
            batch = []
    if batch:
        index.bulk(batch)


def create(path: str):
    properties = {facet: {"type": "keyword"} for facet in protocol.FACETS}
    properties |= {"title": {"type": "text"}, "summary": {"type": "text"}}
    properties |= {"id": {"type": "integer"}, "start": {"type": "integer"}}
    return luci.Index.create(path, {"properties": properties})


def prepare(source: Path, folder: Path):
    # As every engine here, it has one thread.
    luci.set_num_threads(1)
    path = folder / "data.luci"
    if path.exists():
        index = luci.Index.open(str(path))
    else:
        index = create(str(path))
        fill(index, source)
        index.admin.force_merge(1)

    def query(text, picks):
        words = [{"multi_match": {"query": text, "fields": ["title", "summary"]}}] if text else [{"match_all": {}}]
        return {"bool": {"must": words, "filter": [{"terms": {facet: list(of)}} for facet, of in picks.items()]}}

    def count(text, picks, facets):
        asked = {facet: {"terms": {"field": facet, "size": protocol.VALUES}} for facet in facets}
        found = index.search({"query": query(text, picks), "size": 0, "aggs": asked}).aggregations
        return {facet: {bucket["key"]: bucket["doc_count"] for bucket in found[facet]["buckets"]} for facet in facets}

    counter = protocol.FacetCounter(count)

    def answer(question):
        found = index.search(
            {
                "query": query(*question),
                "size": protocol.ROWS,
                "sort": [{"start": "desc"}],
                "track_total_hits": True,
                "_source": ["id"],
            }
        )
        ids = [hit.source["id"] for hit in found.hits]
        return protocol.Answer(found.total_hits["value"], counter.counts(question), ids)

    return answer


if __name__ == "__main__":
    protocol.serve(prepare)

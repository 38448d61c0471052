#!/usr/bin/env bash
# lucisearch 0.9.1 (imported as luci) takes the requests of Elasticsearch, and the help of Index.search says that its
# result has dict-like access: ["hits"], ["total_hits"], ["aggregations"]. It is no mapping: subscripting raises
# TypeError. The three are attributes, and total_hits is a dict with "value" and "relation", not a number, so code that
# compares it with a number or formats it as one goes wrong without an error.
#
# Output seen on 2026-11-29:
#   help promises ["total_hits"]: True
#   result["total_hits"]: TypeError
#   result.total_hits: {'value': 3, 'relation': 'eq'}
#   result.aggregations: [('closed', 2), ('open', 1)]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check lucisearch==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import luci

index = luci.Index.create("projects.luci", {"properties": {"title": {"type": "text"}, "status": {"type": "keyword"}}})
index.bulk([{"title": f"Project {number}", "status": "closed" if number else "open"} for number in range(3)])
request = {"query": {"match_all": {}}, "aggs": {"status": {"terms": {"field": "status"}}}, "track_total_hits": True}
result = index.search(request)
promised = '["total_hits"]' in luci.Index.search.__doc__
try:
    seen = result["total_hits"]
except TypeError as error:
    seen = type(error).__name__
counts = [(bucket["key"], bucket["doc_count"]) for bucket in result.aggregations["status"]["buckets"]]
print('help promises ["total_hits"]:', promised)
print('result["total_hits"]:', seen)
print("result.total_hits:", result.total_hits)
print("result.aggregations:", counts)
assert promised
assert seen == "TypeError"
assert result.total_hits == {"value": 3, "relation": "eq"}
assert counts == [("closed", 2), ("open", 1)]
PYTHON

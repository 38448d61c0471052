#!/usr/bin/env bash
# libhxl 5.2.2: its parts disagree about what a number and a date is. A sum leaves out "1,000" (with a line in the log),
# while clean_data reads it as 1000. A row filter takes what it cannot read for text: `#value>500` drops "1,000" and
# keeps "n/a"; `#date>=2019-01-01` keeps "not yet" and drops the year "2019", which counts as before the first day of
# 2019 although "2019-03" is understood. A file for such tools has plain numbers and whole dates or empty cells, and
# cleaning comes before any filter.
#
# Output seen on 2026-11-29:
#   sum of 1,000 and 1000.0:      1000
#   number of 1,000 when cleaned: 1000
#   #value>500:        1000.0, n/a
#   #date>=2019-01-01: 2019-03-01, 2019-03, not yet
#   #date<2019-01-01:  2019, 2018
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check libhxl==5.2.2 six==1.17.0 python-dateutil==2.9.0.post0
"$folder/venv/bin/python" - <<'PYTHON'
import hxl

HEADER = [["Code", "Budget", "Start"], ["#country+code", "#value+usd", "#date+start"]]
ROWS = [
    ["CIV", "1,000", "2019-03-01"],
    ["CIV", "1000.0", "2019-03"],
    ["KEN", "n/a", "2019"],
    ["KEN", "", "2018"],
    ["KEN", "0", "not yet"],
]


def read():
    return hxl.data([*HEADER, *ROWS])


def kept(query, column):
    return [row.values[column] for row in read().with_rows(query)]


total = [row.values for row in read().count("#country+code", aggregators="sum(#value) as Total#value+total")][0][1]
cleaned = [row.values[1] for row in read().clean_data(number="#value")][0]
print("sum of 1,000 and 1000.0:     ", total)
print("number of 1,000 when cleaned:", cleaned)
found = {query: kept(query, column) for query, column in (
    ("#value>500", 1), ("#date>=2019-01-01", 2), ("#date<2019-01-01", 2),
)}
for query, values in found.items():
    print(f"{query + ':':<18} {', '.join(values)}")
assert (float(total), cleaned) == (1000.0, "1000")
assert found == {
    "#value>500": ["1000.0", "n/a"],
    "#date>=2019-01-01": ["2019-03-01", "2019-03", "not yet"],
    "#date<2019-01-01": ["2019", "2018"],
}
PYTHON

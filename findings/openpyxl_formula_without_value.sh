#!/usr/bin/env bash
# openpyxl 3.1.5 with data_only=True gives None for a formula that no program has calculated, the same as for an empty
# cell; python-calamine 0.9.1 gives "" for both. A reader that takes None for "not stated" erases what a record stated:
# the cell was not empty, its value is only not in the file. Reading the sheet a second time with data_only=False tells
# the two apart. Workbooks written by libraries and by some export programs hold such formulas.
#
# Output seen on 2026-11-28:
#   openpyxl, values:   [None, None, 7]
#   openpyxl, formulas: ['=1+1', None, 7]
#   calamine:           ['', '', 7.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1
"$folder/venv/bin/python" - "$folder/book.xlsx" <<'PYTHON'
import sys

from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

path = sys.argv[1]
book = Workbook()
book.active.append(["a", "b", "c"])
book.active.append(["=1+1", None, 7])
book.save(path)


def second_row(*, data_only):
    sheet = load_workbook(path, read_only=True, data_only=data_only).worksheets[0]
    return list(list(sheet.iter_rows(values_only=True))[1])


values, formulas = second_row(data_only=True), second_row(data_only=False)
calamine = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)[1]
print("openpyxl, values:  ", values)
print("openpyxl, formulas:", formulas)
print("calamine:          ", calamine)
assert values == [None, None, 7]
assert formulas == ["=1+1", None, 7]
assert calamine == ["", "", 7.0]
PYTHON

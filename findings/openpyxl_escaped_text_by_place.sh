#!/usr/bin/env bash
# A text in a workbook that looks like an escape (_x0041_ means A) has its first sign escaped as _x005F_ (ECMA-376
# part 1, 22.9.2.19, ST_Xstring). Whether openpyxl 3.1.5 undoes that depends on where the text stands: in the table of
# shared strings it does, in a string that stands in its cell (t="inlineStr", as streaming writers make it) it does not.
# XlsxWriter 3.2.9 makes the first by default and the second with constant_memory, so one option of the writer changes
# what the reader gets; python-calamine 0.9.1 reads both alike. And openpyxl escapes nothing when it writes, so the text
# that it stores as _x0041_ is A in calamine. Field codes and names of files look like this.
#
# Output seen on 2026-11-29:
#   XlsxWriter, shared strings:   openpyxl _x0041_         calamine _x0041_
#   XlsxWriter, constant_memory:  openpyxl _x005F_x0041_   calamine _x0041_
#   openpyxl:                     openpyxl _x0041_         calamine A
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  openpyxl==3.1.5 python-calamine==0.9.1 XlsxWriter==3.2.9
"$folder/venv/bin/python" - "$folder/book.xlsx" <<'PYTHON'
import sys

from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook as WrittenBook

TEXT, path = "_x0041_", sys.argv[1]


def by_xlsxwriter(**options):
    with WrittenBook(path, options) as book:
        book.add_worksheet().write_string(0, 0, TEXT)


def by_openpyxl():
    book = Workbook()
    book.active["A1"] = TEXT
    book.save(path)


def texts():
    calamine = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0][0]
    return load_workbook(path).active["A1"].value, calamine


seen = {}
for name, write, options in (
    ("XlsxWriter, shared strings:", by_xlsxwriter, {}),
    ("XlsxWriter, constant_memory:", by_xlsxwriter, {"constant_memory": True}),
    ("openpyxl:", by_openpyxl, {}),
):
    write(**options)
    seen[name] = texts()
    print(f"{name:<29} openpyxl {seen[name][0]:<15} calamine {seen[name][1]}")
assert list(seen.values()) == [("_x0041_", "_x0041_"), ("_x005F_x0041_", "_x0041_"), ("_x0041_", "A")]
PYTHON

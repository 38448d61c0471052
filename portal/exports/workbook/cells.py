"""Cells of a sheet as SpreadsheetML (ECMA-376 part 1, 18.3), and the limits of Excel that its maker states."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from xml.sax.saxutils import escape

from portal.exports.columns import Kind, amount_text
from portal.exports.getters import Value
from portal.vocabulary.columns import SEPARATOR

_NOT_IN_NAMES, _MAX_NAME_LENGTH = re.compile(r"[\[\]:*?/\\]"), 31
MAX_ROWS, MAX_CELL_LENGTH = 1_048_576, 32_767
MAX_LINKS, MAX_LINK_LENGTH = 65_530, 2_079
# Beyond it an archive needs ZIP64, which Excel refuses or offers to repair if its members were streamed.
MAX_SHEET_BYTES = 2**31 - 1
_FIRST_DAY = date(1899, 12, 30)
# Excel reads 1900 as a leap year: days before March 1900 would be shown one day off.
_FIRST_SAFE_DAY = date(1900, 3, 1)
_ESCAPED_CHARACTER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

CellWriter = Callable[[Value, str], str]


def excel_length(text: str) -> int:
    """The length as Excel counts it: in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text) if not text.isascii() else len(text)


def text_cell(text: str, reference: str, style: int = 0) -> str:
    """A cell with text, which no program reads as a formula; "" for no text."""
    if not text:
        return ""
    # A reader turns _x0041_ into A, so the underscore itself is escaped where a text has such a sequence.
    clean = _FORBIDDEN.sub("", _ESCAPED_CHARACTER.sub("_x005F_", text) if "_x" in text else text)
    look = f' s="{style}"' if style else ""
    return f'<c r="{reference}"{look} t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'


def number_cell(number: str, reference: str, style: int) -> str:
    return f'<c r="{reference}" s="{style}"><v>{number}</v></c>'


def cell_writer(kind: Kind, styles: dict[Kind, int]) -> CellWriter:
    """What writes the values of a column, as numbers and dates where they are such."""
    style = styles.get(kind, 0)
    if kind == "amount":
        return lambda value, at: number_cell(amount_text(value), at, style) if isinstance(value, int) else ""
    if kind == "integer":
        return lambda value, at: number_cell(str(value), at, style) if isinstance(value, int) else ""
    if kind == "list":
        return lambda value, at: text_cell(SEPARATOR.join(value), at) if isinstance(value, tuple) else ""
    if kind == "date":
        year_style = styles["integer"]
        return lambda value, at: _date_cell(str(value), at, style, year_style) if value else ""
    return lambda value, at: text_cell(str(value), at, style) if value else ""


def _date_cell(value: str, reference: str, style: int, year_style: int) -> str:
    """A date where the record has a whole day; a year is a number, and a month is text."""
    if len(value) == len("2008"):
        return number_cell(value, reference, year_style)
    if len(value) == len("2008-05-31") and (day := date.fromisoformat(value)) >= _FIRST_SAFE_DAY:
        return number_cell(str((day - _FIRST_DAY).days), reference, style)
    return text_cell(value, reference)


def column_letters(number: int) -> str:
    """The letters of a column, counted from 0: 0 -> A, 26 -> AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def sheet_name(text: str) -> str:
    """A text as Excel takes it for the name of a sheet: up to 31 characters, and none that separates sheets."""
    return _NOT_IN_NAMES.sub(" ", text)[:_MAX_NAME_LENGTH]

"""The report on an IATI file: what is left out of it, project by project and field by field, with the reason."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from portal.exports.dialect import Dialect
from portal.exports.document import Document
from portal.exports.formats.iati import publication_of
from portal.exports.iati.activity import express
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.i18n.catalogues import gettext
from portal.text.formulas import escape_formula

_BYTE_ORDER_MARK = "\ufeff"
_HEADER = ("key", "project_id", "field", "reason", "licence", "sample")


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces: CSV, a line for each omission, in the order of the projects."""
    publication, licence = publication_of(document), escape_formula(document.licence.text)
    yield (_BYTE_ORDER_MARK + _lines([_HEADER], options.dialect)).encode()
    for batch in batches:
        rows = (
            (*map(escape_formula, where), gettext(reason), licence, "sample" if record.is_sample else "")
            for record in batch
            for *where, reason in express(record, publication).omissions
        )
        yield _lines(rows, options.dialect).encode()


def _lines(rows: Iterable[Iterable[str]], dialect: Dialect) -> str:
    buffer = io.StringIO()
    dialect.writer(buffer).writerows(rows)
    return buffer.getvalue()

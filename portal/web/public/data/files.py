"""The files of one chart: its table as CSV, and its picture as SVG."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from textwrap import wrap

from flask import render_template

from portal.exports.dialect import Dialect
from portal.i18n.untranslated import without_marks
from portal.search.figures import Figures
from portal.search.index.snapshot import Snapshot
from portal.text.formulas import escape_formula
from portal.web.http.request_context import settings
from portal.web.presentation import export_text
from portal.web.presentation.charts import urls as chart_urls
from portal.web.public.data import page as data_page
from portal.web.public.data.figure import Figure, Table
from portal.web.public.dataset import Dataset

_BYTE_ORDER_MARK = "\ufeff"
_WIDTH = 960
_TOP, _LINE, _CHARACTERS = 76, 18, 130
_ROW, _MULTIPLE, _COLUMNS = 28, 144, 280
# The style of the site, as attributes: a policy against style elements does not touch them.
_LOOKS = {
    "chart-bar": 'fill="#0b3f94"',
    "chart-second": 'fill="#d97a06"',
    "chart-track": 'fill="#e6edf7"',
    "chart-grid": 'stroke="#d4dce8"',
    "chart-axis": 'stroke="#6b7890"',
    "chart-between": 'stroke="#6b7890" stroke-width="2"',
    "chart-value": 'fill="#13213a" font-weight="600"',
    "chart-text": 'fill="#47546b"',
    "chart-title": 'fill="#13213a" font-size="18" font-weight="700"',
    "chart-ground": 'fill="#ffffff"',
}
_CLASS = re.compile(r'class="([a-z-]+)(?: sparse)?"')


MEDIA_TYPE = "text/csv; charset=utf-8"


def write_csv(table: Table, dialect: Dialect) -> bytes:
    """The table as the page shows it, with plain numbers; UTF-8 with a byte-order mark."""
    buffer = io.StringIO()
    writer = dialect.writer(buffer)
    writer.writerow(map(escape_formula, table.columns))
    for heading, *cells in table.rows:
        writer.writerow([escape_formula(heading.raw), *(dialect.number(cell.raw) for cell in cells)])
    return (_BYTE_ORDER_MARK + buffer.getvalue()).encode()


@dataclass(frozen=True)
class Image:
    """What the template of a picture needs; `height` in pixels, `source` in lines."""

    figure: Figure
    width: int
    height: int
    top: int
    row_height: int
    source_top: int
    source: list[str]


def write_svg(counted: Figures, figure: Figure) -> bytes:
    """The picture with its title, its measure and its source; it needs nothing else."""
    dataset = Dataset(settings(), counted)
    path = chart_urls.page_path(counted.filters)
    undated = data_page.undated_note(counted)
    notes = " ".join(
        [
            *(note.striptags() for note in figure.notes),
            *([undated[0]] if undated else []),
            data_page.citation(figure, dataset, path),
        ]
    )
    source = wrap(notes, _CHARACTERS)
    source_top = _TOP + drawn_height(figure) + 2 * _LINE
    image = Image(figure, _WIDTH, source_top + _LINE * len(source), _TOP, _row_height(figure), source_top, source)
    text = render_template("public/chart_image.html", image=image)
    return _CLASS.sub(lambda match: _LOOKS[match[1]], without_marks(text)).encode()


def drawn_height(figure: Figure) -> int:
    """The height in pixels that the drawing takes."""
    if figure.kind == "columns":
        return _COLUMNS
    return _row_height(figure) * (len(figure.drawing) if isinstance(figure.drawing, tuple) else 0)


def _row_height(figure: Figure) -> int:
    return _MULTIPLE if figure.kind == "multiples" else _ROW


def disposition(name: str, suffix: str, snapshot: Snapshot) -> str:
    """The Content-Disposition of a file, whose name says so if all records are samples."""
    kind = "attachment" if suffix == "csv" else "inline"
    words = "_".join(filter(None, (name, export_text.sample_mark(snapshot))))
    return f'{kind}; filename="{words}.{suffix}"'

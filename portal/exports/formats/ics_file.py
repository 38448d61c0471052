"""iCalendar (RFC 5545): a day for each start and each end that a record states to the day.

A year or a month is no day, and none is invented for it: such dates are left out, and the note at the end counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from portal.exports.document import Document
from portal.exports.facts import facts, state_names
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.i18n.catalogues import N_, gettext
from portal.text.cleaning import remove_invisible
from portal.text.languages import primary_language
from portal.text.markdown import plain_text

_MAX_LINE_BYTES = 75
_DAY_LENGTH = len("2008-05-31")
_VERBS = {"start": N_("Starts: %(title)s"), "end": N_("Ends: %(title)s")}
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces."""
    counts: Counter[str] = Counter()
    yield as_lines(head(document))
    for batch in batches:
        yield b"".join(as_lines(event) for record in batch for event in events(record, document, counts))
    yield as_lines([*note(document, counts), "END:VCALENDAR"])


def head(document: Document) -> list[str]:
    """The properties of the calendar; each new one (RFC 7986) beside the older one that most programs read."""
    name, description = escape(f"{document.heading} | {document.site}"), escape(_about(document))
    return [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{escape(document.site)}//Projects//{document.language.upper()}",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        f"DESCRIPTION:{description}",
        f"X-WR-CALDESC:{description}",
        f"URL:{document.page_address}",
        f"SOURCE;VALUE=URI:{document.address}",
        f"LAST-MODIFIED:{moment(document.changed_at or _BEFORE_ALL)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    ]


def _about(document: Document) -> str:
    sentences = [
        f"{document.sentence.rstrip('.')}.",
        gettext("Starts and ends that a record states to the day; dates known by year or month only are left out."),
        document.note,
        gettext("Licence: %(licence)s.", licence=document.licence.text),
    ]
    return " ".join(filter(None, sentences))


def events(record: Record, document: Document, counts: Counter[str]) -> Iterator[list[str]]:
    """The lines of the events of a record; `counts` counts them, and the dates that are no day as `vague`."""
    days = {kind: value for kind, value in (("start", record.start), ("end", record.end)) if value}
    about: list[str] = []
    for kind, value in days.items():
        if len(value) == _DAY_LENGTH:
            counts[kind] += 1
            about = about or about_project(record, document)
            yield event(record, document, kind, date.fromisoformat(value), about)
        else:
            counts["vague"] += 1


def event(record: Record, document: Document, kind: str, day: date, about: list[str]) -> list[str]:
    """A whole day, which ends with the beginning of the next one. The last public change is its stamp."""
    changed, (title, language) = moment(record.changed_at), record.text_in("title", document.language)
    # Most of the text is the title (RFC 5545, 3.2.10).
    summary = f"SUMMARY;LANGUAGE={language}" if primary_language(language) else "SUMMARY"
    return [
        "BEGIN:VEVENT",
        f"UID:{_identifier(document, f'{record.lasting_key}-{kind}')}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"{summary}:{escape(gettext(_VERBS[kind], title=title))}",
        *about,
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def about_project(record: Record, document: Document) -> list[str]:
    """What both events of a project say of it."""
    address = document.project_address(record.key)
    lines = [gettext("%(label)s: %(text)s", label=name, text=value) for name, value in facts(record, document.language)]
    if record.is_sample:
        lines.append(gettext("This record is a sample."))
    summary, _ = record.text_in("summary", document.language)
    description = "\n".join([*lines, "", plain_text(summary), address])
    states = state_names(record, document.language)
    place = [f"LOCATION:{escape(states)}"] if states else []
    return [f"DESCRIPTION:{escape(description)}", *place, f"URL:{address}"]


def note(document: Document, counts: Counter[str]) -> list[str]:
    """A journal entry, which also makes a calendar without events a valid one: it must have some component."""
    text = gettext(
        "%(projects)s projects: %(starts)s starts and %(ends)s ends with a day. %(vague)s dates that are known by year "
        "or month only are left out.",
        projects=document.total,
        starts=counts["start"],
        ends=counts["end"],
        vague=counts["vague"],
    )
    return [
        "BEGIN:VJOURNAL",
        f"UID:{_identifier(document, (document.identifier or document.address).removeprefix(document.public_url))}",
        f"DTSTAMP:{moment(document.changed_at or _BEFORE_ALL)}",
        f"SUMMARY:{escape(gettext('What this calendar holds'))}",
        f"DESCRIPTION:{escape(text)}",
        f"URL:{document.page_address}",
        "END:VJOURNAL",
    ]


def _identifier(document: Document, name: str) -> str:
    return escape(f"{name}@{urlsplit(document.public_url).hostname}")


def moment(value: datetime) -> str:
    """A time in UTC."""
    return f"{value:%Y%m%dT%H%M%SZ}"


def escape(text: str) -> str:
    """A text as the value of a property (RFC 5545, 3.3.11)."""
    clean = remove_invisible(text)
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def as_lines(lines: Iterable[str]) -> bytes:
    return b"".join(map(fold, lines))


def fold(line: str) -> bytes:
    """A line of at most 75 bytes and its end; a longer one goes on after a space, never inside a character."""
    rest, limit, pieces = line.encode(), _MAX_LINE_BYTES, []
    while len(rest) > limit:
        cut = limit
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(rest[:cut])
        # The space before what follows counts.
        rest, limit = rest[cut:], _MAX_LINE_BYTES - 1
    return b"\r\n ".join([*pieces, rest]) + b"\r\n"

"""Record: one published project as files state it, and how records are read from the database in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from portal.i18n.languages import SOURCE
from portal.search.arrays import IntegerArray
from portal.search.read_models.project import TranslatedText, ordered_shares
from portal.search.read_models.terms import Terms, TermView
from portal.text.collation import CollationKey, collation_key

# Rows per statement: enough to be fast, few enough that a page request waits only milliseconds for its turn.
BATCH_RECORDS = 250
# The ids are integers of our own index and stand in the statement: drivers limit the number of parameters.
_PROJECTS_SQL = (
    "SELECT id, key, number, prima_id, title, title_language, summary, language, start, "
    '"end", year, budget, status_id, type_id, coverage_id, region_id, funding_line, source_url, is_sample, '
    "published_at, changed_at FROM project WHERE published_at IS NOT NULL AND id IN (%s)"
)
_COUNTRIES_SQL = "SELECT project_id, term_id, is_eligible, share FROM project_country WHERE project_id IN (%s)"
# Whether there are any is asked once a file, as with former keys.
_TRANSLATIONS_SQL = (
    "SELECT project_id, field, language, text, is_machine, is_outdated FROM record_translation WHERE project_id IN (%s)"
)
_TAGS_SQL = "SELECT project_id, term_id FROM project_tag WHERE project_id IN (%s)"
# Latest first, so that the earliest is what remains in a dictionary; those replaced before that was noted are earliest.
_FORMER_KEYS_SQL = (
    "SELECT project_id, key_folded FROM former_key WHERE project_id IN (%s) "
    "ORDER BY replaced_at IS NULL, replaced_at DESC, key_folded DESC"
)


_NO_TRANSLATIONS: Mapping[str, TranslatedText] = MappingProxyType({})


class Record(NamedTuple):
    """A published project; what is not stated is "", None or ().

    `start` and `end` are partial ISO dates ("2008", "2008-05"), `budget` is in US cents; `published_at` and
    `changed_at` are UTC. `countries` are the benefiting member states, `shares` theirs in the same order, in
    hundredths of a per cent; None for equal shares (search.shares.split). Terms stand in the order of their lists.
    `translations` are by name ("title_fr").
    """

    id: int
    key: str
    reference: str
    prima_id: str
    title: str
    title_language: str
    summary: str
    language: str
    start: str
    end: str
    year: int | None
    budget: int | None
    status: TermView | None
    type: TermView | None
    coverage: TermView | None
    region: TermView | None
    funding_line: str
    source_url: str
    is_sample: bool
    published_at: datetime
    changed_at: datetime
    countries: tuple[TermView, ...]
    other_countries: tuple[TermView, ...]
    sdg: tuple[TermView, ...]
    gcm: tuple[TermView, ...]
    shares: tuple[int, ...] | None = None
    first_key: str = ""
    translations: Mapping[str, TranslatedText] = _NO_TRANSLATIONS

    @property
    def lasting_key(self) -> str:
        """The key, in small letters, under which the project was first published: it outlives a new Projects ID."""
        return self.first_key or self.key.casefold()

    @property
    def weights(self) -> Sequence[int]:
        """By which the budget is divided among `countries`: the stated shares, or equal ones."""
        return self.shares or [1] * len(self.countries)

    def text_in(self, field: str, language: str) -> tuple[str, str]:
        """A title or summary and its language: a translation by people that fits its source, else the source."""
        source_language = self.title_language if field == "title" else self.language
        found = self.translations.get(f"{field}_{language}")
        if found is None or found.is_machine or found.is_outdated:
            return (self.title if field == "title" else self.summary), source_language
        return found.text, language

    @property
    def theme(self) -> TermView | None:
        return self.type.parent if self.type else None


def read_records(connection: Connection, terms: Terms, ids: IntegerArray) -> Iterator[list[Record]]:
    """Yield the published projects with these database ids in batches, in their order; other ids are left out."""
    # Few portals have former keys, and asking for those of each batch takes a tenth of the time of reading.
    has_former_keys = bool(_fetch(connection, "SELECT 1 FROM former_key LIMIT 1"))
    has_translations = bool(_fetch(connection, "SELECT 1 FROM record_translation LIMIT 1"))
    for start in range(0, len(ids), BATCH_RECORDS):
        batch = ids[start : start + BATCH_RECORDS].tolist()
        yield read_batch(connection, terms, batch, has_former_keys=has_former_keys, has_translations=has_translations)


def read_batch(
    connection: Connection,
    terms: Terms,
    ids: Sequence[int],
    *,
    has_former_keys: bool = True,
    has_translations: bool = True,
) -> list[Record]:
    listed = ", ".join(map(str, ids)) or "NULL"
    countries: dict[int, list[TermView]] = defaultdict(list)
    others: dict[int, list[TermView]] = defaultdict(list)
    shares: dict[int, dict[int, int]] = {}
    for project_id, term_id, is_eligible, share in _fetch(connection, _COUNTRIES_SQL % listed):
        if country := terms.by_id(term_id):
            (countries if is_eligible else others)[project_id].append(country)
        if share is not None:
            shares.setdefault(project_id, {})[term_id] = share
    goals: dict[int, list[TermView]] = defaultdict(list)
    objectives: dict[int, list[TermView]] = defaultdict(list)
    for project_id, term_id in _fetch(connection, _TAGS_SQL % listed):
        if tag := terms.by_id(term_id):
            (goals if tag.facet == "sdg" else objectives)[project_id].append(tag)
    records = {
        row[0]: _build_record(
            row, terms, *(_ordered(links.get(row[0], ())) for links in (countries, others, goals, objectives))
        )
        for row in _fetch(connection, _PROJECTS_SQL % listed)
    }
    for project_id, own in shares.items():
        if record := records.get(project_id):
            records[project_id] = record._replace(shares=ordered_shares(record.countries, own))
    for project_id, key in _fetch(connection, _FORMER_KEYS_SQL % listed) if has_former_keys else ():
        if record := records.get(project_id):
            records[project_id] = record._replace(first_key=key)
    found = [records[project_id] for project_id in ids if project_id in records]
    return with_translations(connection, found) if has_translations else found


def with_translations(connection: Connection, records: list[Record]) -> list[Record]:
    """The records with their translations."""
    listed = ", ".join(str(record.id) for record in records) or "NULL"
    found: dict[int, dict[str, TranslatedText]] = defaultdict(dict)
    for project_id, field, language, *translated in _fetch(connection, _TRANSLATIONS_SQL % listed):
        text, is_machine, is_outdated = translated
        found[project_id][f"{field}_{language}"] = TranslatedText(text, bool(is_machine), bool(is_outdated))
    return [record._replace(translations=found[record.id]) if record.id in found else record for record in records]


def by_names(records: Sequence[Record], language: str) -> Sequence[Record]:
    """The records with their countries, and the shares of these, in the order of their names in a language.

    For files with labels of that language. The lists are in the order of the English names already.
    """
    if language == SOURCE.code:
        return records
    return [
        _by_names(record, language) if len(record.countries) > 1 or len(record.other_countries) > 1 else record
        for record in records
    ]


def _by_names(record: Record, language: str) -> Record:
    def key(term: TermView) -> CollationKey:
        return collation_key(term.names.get(language) or term.name, language)

    places = sorted(range(len(record.countries)), key=lambda place: key(record.countries[place]))
    return record._replace(
        countries=tuple([record.countries[place] for place in places]),
        shares=tuple([record.shares[place] for place in places]) if record.shares else None,
        other_countries=tuple(sorted(record.other_countries, key=key)),
    )


def _fetch(connection: Connection, statement: str) -> list[Any]:
    # The driver's cursor: SQLAlchemy would make one more object for each of half a million rows.
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def _ordered(terms: Sequence[TermView]) -> tuple[TermView, ...]:
    # Nearly all lists have one term or none, and half a million records have four lists each.
    # By place in the list: portals of the same records may have other ids.
    return tuple(terms) if len(terms) < 2 else tuple(sorted(terms, key=lambda term: (term.position, term.code)))


def _build_record(row: Sequence[Any], terms: Terms, *links: tuple[TermView, ...]) -> Record:
    (
        project_id, key, reference, prima_id, title, title_language, summary, language, start, end, year, budget,
        status_id, type_id, coverage_id, region_id, funding_line, source_url, is_sample, published_at, changed_at,
    ) = row  # fmt: skip
    countries, others, goals, objectives = links
    return Record(
        project_id,
        key,
        reference or "",
        prima_id or "",
        title,
        title_language,
        summary,
        language,
        start or "",
        end or "",
        year,
        budget,
        terms.by_id(status_id),
        terms.by_id(type_id),
        terms.by_id(coverage_id),
        terms.by_id(region_id),
        funding_line,
        source_url,
        bool(is_sample),
        _utc(published_at),
        _utc(changed_at),
        countries,
        others,
        goals,
        objectives,
    )


@lru_cache(maxsize=10_000)
def _utc(value: datetime | str) -> datetime:
    """A time as the drivers return it: PostgreSQL with a zone, SQLite as text without one."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)

"""The columns of exported tables: name, meaning, hashtag and counterpart in other standards of each.

`docs/data.md` is made from this list. Their labels, which imports read too, are in vocabulary.columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from portal.errors import PortalError
from portal.exports import getters
from portal.exports.document import Document
from portal.exports.getters import Getter, Value
from portal.exports.record import Record
from portal.i18n.catalogues import N_, gettext
from portal.i18n.quoting import quoted
from portal.vocabulary.columns import label_of
from portal.vocabulary.translations import TRANSLATIONS

# What a cell holds. An amount is a whole number of US cents until a format writes it; a list has several texts.
Kind = Literal["text", "amount", "integer", "date", "url", "list"]


class UnknownColumn(PortalError):
    """A column that no table has; the message lists the known ones."""


@dataclass(frozen=True)
class Column:
    """One column. `description` is a message; `getter` makes a function of a record for one file.

    `is_default` is false for a column on request; `is_safe` is true where this portal makes the text, such as codes and
    addresses, so that no spreadsheet runs it.
    """

    name: str
    kind: Kind
    description: str
    getter: Callable[[Document], Getter]
    hxl: str = ""
    iati: str = ""
    grants360: str = ""
    schema_org: str = ""
    is_default: bool = True
    is_safe: bool = False

    @property
    def label(self) -> str:
        """What a header in words calls it."""
        return label_of(self.name)


_TRANSLATED = {
    "title_en": N_("The title translated into English; empty where that is the language of its source."),
    "summary_en": N_("The summary translated into English; empty where that is the language of its source."),
    "title_fr": N_("The title translated into French; empty where that is the language of its source."),
    "summary_fr": N_("The summary translated into French; empty where that is the language of its source."),
    "title_es": N_("The title translated into Spanish; empty where that is the language of its source."),
    "summary_es": N_("The summary translated into Spanish; empty where that is the language of its source."),
}


def _translation_columns() -> Iterator[Column]:
    """Title and summary in each language of the portal."""
    for name, (field, code) in TRANSLATIONS.items():
        place = ("#activity+name", "title") if field == "title" else ("#description", "description")
        yield Column(
            name, "text", _TRANSLATED[name],
            getters.translation(name), f"{place[0]}+i_{code}", f"{place[1]}/narrative with xml:lang {code}",
            "translations", "name" if field == "title" else "description",
        )  # fmt: skip


COLUMNS = (
    Column(
        "project_id", "text",
        N_("The Fund’s identifier, such as LM.0024; empty until there is one."),
        getters.attribute("reference"), "#activity+code", "iati-identifier (after the publisher’s prefix)",
        "identifier part of id", "identifier",
    ),
    Column(
        "title", "text", N_("The title, as the Fund words it."),
        getters.attribute("title"), "#activity+name", "title/narrative", "title", "name",
    ),
    Column(
        "start_date", "date", N_("A year, a month (2008-05) or a day, as precise as the source is."),
        getters.attribute("start"), "#date+start", "activity-date type 2 or 1", "plannedDates/0/startDate", "startDate",
        is_safe=True,
    ),
    Column(
        "end_date", "date", N_("A year, a month or a day, as precise as the source is."),
        getters.attribute("end"), "#date+end", "activity-date type 4 or 3", "plannedDates/0/endDate", "endDate",
        is_safe=True,
    ),
    Column(
        "status", "text", N_("Active or completed, in words."),
        getters.name_of("status"), "#status+name", "activity-status", "classifications/title", "",
    ),
    Column(
        "status_code", "text", N_("The status as it stands in addresses of this portal."),
        getters.code_of("status"), "#status+code", "activity-status", "classifications/code", "", is_safe=True,
    ),
    Column(
        "project_type", "text", N_("The project type, as the Fund names it."),
        getters.name_of("type"), "#sector+name", "sector, vocabularies 1 and 99", "classifications/title", "about",
    ),
    Column(
        "project_type_code", "text", N_("The project type as it stands in addresses."),
        getters.code_of("type"), "#sector+code", "sector, vocabularies 1 and 99", "classifications/code", "",
        is_safe=True,
    ),
    Column(
        "theme", "text", N_("The group of project types to which the type belongs."),
        getters.name_of("theme"), "#subsector+name", "", "classifications/title", "about",
    ),
    Column(
        "theme_code", "text", N_("The theme as it stands in addresses."),
        getters.code_of("theme"), "#subsector+code", "", "classifications/code", "", is_safe=True,
    ),
    Column(
        "budget_usd", "amount", N_("The budget in US dollars; empty if it is not stated."),
        getters.attribute("budget"), "#value+budget+usd", "transaction type 2 and, up to a year, budget",
        "amountAwarded", "amount", is_safe=True,
    ),
    Column(
        "coverage", "text", N_("National, regional, multi-regional or global."),
        getters.name_of("coverage"), "#activity+coverage+name", "activity-scope", "classifications/title", "",
    ),
    Column(
        "coverage_code", "text", N_("The coverage as it stands in addresses."),
        getters.code_of("coverage"), "#activity+coverage+code", "activity-scope", "locationScope", "", is_safe=True,
    ),
    Column(
        "year", "integer", N_("The year in which the Fund allocated the budget."),
        getters.attribute("year"), "#date+year", "transaction-date of the budget", "yearOfAllocation", "", is_safe=True,
    ),
    Column(
        "region", "text", N_("The region, as the Fund divides the world."),
        getters.name_of("region"), "#region+name", "recipient-region, if no state is named", "classifications/title",
        "areaServed",
    ),
    Column(
        "region_code", "text", N_("The region as it stands in addresses."),
        getters.code_of("region"), "#region+code", "recipient-region, if no state is named", "classifications/code", "",
        is_safe=True,
    ),
    Column(
        "benefiting_member_states", "list", N_("The names of all states that benefit."),
        getters.names_of("countries"), "#country+name", "recipient-country", "beneficiaryLocation/0/name",
        "areaServed",
    ),
    Column(
        "country_codes", "list", N_("Their ISO 3166-1 alpha-3 codes."),
        getters.codes_of("countries"), "#country+code+v_iso3", "recipient-country", "beneficiaryLocation/0/countryCode",
        "areaServed", is_safe=True,
    ),
    Column(
        "country_shares", "list",
        N_("Percentages of the budget in the order of the states, as the source states them; empty for equal shares."),
        getters.shares, "#indicator+share+pct", "portal:record/@shares", "", "", is_safe=True,
    ),
    Column(
        "counted_shares", "list",
        N_(
            "The percentages by which the budget is divided, 100 in total: the stated ones in proportion, or equal "
            "ones."
        ),
        getters.counted_shares, "#indicator+share+pct+counted", "recipient-country/@percentage", "", "", is_safe=True,
    ),
    Column(
        "summary", "text", N_("What the project does, in plain Markdown."),
        getters.attribute("summary"), "#description", "description/narrative", "description", "description",
    ),
    Column(
        "source_url", "url", N_("The public page from which the facts come."),
        getters.attribute("source_url"), "#meta+source+url", "document-link, category A12", "dataSource", "",
    ),
    Column(
        "prima_id", "text", N_("IOM’s identifier for the management of the project."),
        getters.attribute("prima_id"), "#activity+code+prima", "other-identifier", "", "identifier",
    ),
    Column(
        "other_countries", "list",
        N_("Countries that were not eligible but benefited too."),
        getters.names_of("other_countries"), "#country+name+other", "location", "", "areaServed",
    ),
    Column(
        "other_country_codes", "list", N_("Their ISO 3166-1 alpha-3 codes."),
        getters.codes_of("other_countries"), "#country+code+other+v_iso3", "location/administrative", "",
        "areaServed", is_safe=True,
    ),
    Column(
        "language", "text", N_("A BCP 47 code; empty if it is not stated."),
        getters.attribute("language"), "#meta+lang", "description/narrative/@xml:lang", "", "inLanguage",
    ),
    Column(
        "title_language", "text", N_("A BCP 47 code; empty if it is not stated."),
        getters.attribute("title_language"), "#meta+lang+title", "title/narrative/@xml:lang", "", "inLanguage",
    ),
    *_translation_columns(),
    Column(
        "machine_translations", "list", N_("Which of the six a machine made, by their keys: title_fr; summary_fr."),
        getters.machine_translations, "#meta+translation+machine", "portal:translation", "", "", is_safe=True,
    ),
    Column(
        "outdated_translations", "list",
        N_("Which of the six are older than the present title or summary that they translate, by their keys."),
        getters.outdated_translations, "#meta+translation+outdated", "portal:record/@outdated-translations", "", "",
        is_safe=True,
    ),
    Column(
        "funding_line", "text", N_("The funding line, as the record states it."),
        getters.attribute("funding_line"), "#meta+funding_line", "portal:record/@funding-line",
        "grantProgramme/0/title", "",
    ),
    Column(
        "sdg", "list", N_("Goals (8) and targets (8.8) that the project serves."),
        getters.codes_of("sdg"), "#indicator+sdg+code", "tag, vocabulary 2 or 3", "classifications", "about",
        is_safe=True,
    ),
    Column(
        "gcm", "list", N_("Objectives (1 to 23) of the Global Compact for Migration."),
        getters.codes_of("gcm"), "#indicator+gcm+code", "tag, vocabulary 99", "classifications", "about", is_safe=True,
    ),
    Column(
        "key", "text", N_("The permanent last part of the project’s address."),
        getters.attribute("key"), "#meta+id", "portal:record/@key", "", "",
    ),
    Column(
        "address", "url", N_("The permanent address of the project’s page."),
        getters.address, "#meta+url", "document-link, category A12", "url", "url", is_safe=True,
    ),
    Column(
        "licence", "text", N_("The licence of this row."),
        getters.licence, "#meta+license", "@portal:licence of the file", "license of the package", "license",
    ),
    Column(
        "sample", "text", N_("“sample” for a record that was compiled to show the portal."),
        getters.sample, "#meta+sample", "portal:record/@sample", "isSample", "", is_safe=True,
    ),
    Column(
        "last_changed", "text", N_("When the public record last changed, in UTC. On request only."),
        getters.last_changed, "#date+updated", "@last-updated-datetime", "dateModified", "dateModified",
        is_default=False, is_safe=True,
    ),
)  # fmt: skip


@cache
def columns_by_name() -> dict[str, Column]:
    return {column.name: column for column in COLUMNS}


def default_columns() -> tuple[Column, ...]:
    return tuple(column for column in COLUMNS if column.is_default)


def chosen_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns with these names, in their order; all default ones for no names. Raises UnknownColumn."""
    if not names:
        return default_columns()
    known = columns_by_name()
    if unknown := [name for name in names if name not in known]:
        raise UnknownColumn(
            gettext(
                "There is no column %(name)s. The columns are %(known)s; repeat the parameter for each one.",
                name=quoted(unknown[0][:60]),
                known=", ".join(known),
            )
        )
    return tuple(known[name] for name in dict.fromkeys(names))


def row_reader(columns: Iterable[Column], document: Document) -> Callable[[Record], list[Value]]:
    """A function that reads the values of these columns from a record."""
    getters = [column.getter(document) for column in columns]
    return lambda record: [get(record) for get in getters]


def record_values(record: Record, columns: Iterable[Column], document: Document) -> dict[str, object]:
    """A record as JSON states it: by column name, amounts as numbers, lists as arrays, null for not stated."""
    return {column.name: json_value(column.kind, column.getter(document)(record)) for column in columns}


def json_value(kind: Kind, value: Value) -> object:
    """A value as JSON states it."""
    if isinstance(value, tuple):
        return list(value)
    if kind == "amount" and isinstance(value, int):
        return value / 100 if value % 100 else value // 100
    return None if value == "" else value


def amount_text(cents: int) -> str:
    """US dollars with two decimals: 6424000 -> "64240.00"."""
    return f"{cents // 100}.{cents % 100:02}"

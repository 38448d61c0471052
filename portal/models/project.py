"""Project: the public content of one funded project, with its countries, tags and former slugs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.database.orm import Model, UTCDateTime, bytewise_text, now
from portal.models.partial_date import PartialDate, PartialDateColumn


class Money(TypeDecorator[Decimal]):
    """US dollars with two decimals, stored as an integer number of cents: exact on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


# A record has no Projects ID. Its index and what asks for it have these same words, or the index would not be taken.
# With IS NULL, SQLite takes that of all IDs instead, and reads every record that has none.
UNNUMBERED = text("coalesce(number, '') = ''")
# Most records state none.
_HAS_PRIMA_ID = text("prima_id IS NOT NULL")


class Project(Model):
    """Every field except `title` may be empty; `slug` is the permanent last part of the URL.

    `reference` is the Projects ID, `year` the year of allocation; `fingerprint` identifies a record without a Projects
    ID (see services.records.values). Four columns still have older names. A withdrawn project retains its row and URL;
    `published_at` is None, and `withdrawn_at` and `withdrawn_reason` are set. Every change increments `version`.
    """

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("budget >= 0", name="budget_not_negative"),
        # A row of a file without a Projects ID is looked for by its title. There is no index of all titles: each import
        # would write much of it anew with every batch, and the order by title is that of portal.search.index.
        Index("ix_project_unnumbered_title", "sort_title", sqlite_where=UNNUMBERED, postgresql_where=UNNUMBERED),
        Index("ix_project_fingerprint", "fingerprint", sqlite_where=UNNUMBERED, postgresql_where=UNNUMBERED),
        Index("ix_project_prima_id", "prima_id", sqlite_where=_HAS_PRIMA_ID, postgresql_where=_HAS_PRIMA_ID),
        # Every snapshot counts the sample records; in production there are none.
        Index("ix_project_sample", "id", sqlite_where=text("is_sample = 1"), postgresql_where=text("is_sample")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column("key", bytewise_text(200), key="slug", unique=True)
    slug_folded: Mapped[str] = mapped_column("key_folded", bytewise_text(200), key="slug_folded", unique=True)
    reference: Mapped[str | None] = mapped_column("number", bytewise_text(200), key="reference", unique=True)
    prima_id: Mapped[str | None] = mapped_column(bytewise_text(40))
    title: Mapped[str]
    sort_title: Mapped[str] = mapped_column("title_sort", bytewise_text(), key="sort_title")
    title_language: Mapped[str] = mapped_column(String(8), default="")
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    start: Mapped[PartialDate | None] = mapped_column(PartialDateColumn)
    end: Mapped[PartialDate | None] = mapped_column(PartialDateColumn)
    year: Mapped[int | None]
    budget: Mapped[Decimal | None] = mapped_column(Money)
    status_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    type_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    coverage_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    funding_line: Mapped[str] = mapped_column(String(40), default="")
    source_url: Mapped[str] = mapped_column(default="")
    fingerprint: Mapped[str] = mapped_column(String(64))
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(default="", server_default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    # Optimistic locking: if two writers read the same version, the second UPDATE raises StaleDataError.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy declares it so)


class ProjectCountry(Model):
    """A benefiting member state or, if not `is_eligible`, another country that benefited at the time.

    `share` is what a state gets of the budget, as the source states it, in hundredths of a per cent. Either all states
    of a project have one, not all zero, or none has, and the shares are equal. Shares that do not add up to 10,000 are
    counted in proportion (see search.shares).
    """

    __tablename__ = "project_country"
    __table_args__ = (
        CheckConstraint("share BETWEEN 0 AND 10000", name="share_of_a_whole"),
        # Every page reads them by project: one tree of the rows, not one of keys that points into another.
        {"sqlite_with_rowid": False},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True)
    is_eligible: Mapped[bool] = mapped_column(default=True)
    share: Mapped[int | None]


class ProjectTag(Model):
    """A Sustainable Development Goal target or a Global Compact objective that a project serves."""

    __tablename__ = "project_tag"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True)


class ProjectTranslation(Model):
    """A title or a summary in another language than its source, the text in `project`.

    `source_text` is the source from which it was made: a translation whose source says something else now is older than
    it. None means an older one that is not known. The public reader sees no source_text but whether it is the present
    one (see database.public_reader).
    """

    __tablename__ = "project_translation"
    __table_args__ = (
        CheckConstraint("field IN ('title', 'summary')", name="known_field"),
        CheckConstraint("text <> ''", name="stated"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(8), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str]
    is_machine: Mapped[bool]
    source_text: Mapped[str | None]


class SlugHistory(Model):
    """A former slug of a project; its URL redirects permanently. Feeds name the project by the first that it had."""

    __tablename__ = "former_key"

    slug_folded: Mapped[str] = mapped_column("key_folded", bytewise_text(200), key="slug_folded", primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=now)

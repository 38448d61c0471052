"""the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def key_text(length: int | None = None) -> sa.String:
    """Text that is compared byte by byte, as SQLite does by itself."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "catalogue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue")),
    )
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("phrase", sa.String(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["term.id"], name=op.f("fk_term_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("facet", "code", name=op.f("uq_term_facet")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", key_text(200), nullable=False),
        sa.Column("key_folded", key_text(200), nullable=False),
        sa.Column("number", key_text(200), nullable=True),
        sa.Column("prima_id", key_text(40), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_sort", key_text(), nullable=False),
        sa.Column("title_language", sa.String(length=8), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("start", sa.String(length=10), nullable=True),
        sa.Column("end", sa.String(length=10), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("status_id", sa.Integer(), nullable=True),
        sa.Column("type_id", sa.Integer(), nullable=True),
        sa.Column("coverage_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("funding_line", sa.String(length=40), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("budget >= 0", name=op.f("ck_project_budget_not_negative")),
        sa.ForeignKeyConstraint(["coverage_id"], ["term.id"], name=op.f("fk_project_coverage_id")),
        sa.ForeignKeyConstraint(["region_id"], ["term.id"], name=op.f("fk_project_region_id")),
        sa.ForeignKeyConstraint(["status_id"], ["term.id"], name=op.f("fk_project_status_id")),
        sa.ForeignKeyConstraint(["type_id"], ["term.id"], name=op.f("fk_project_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("key", name=op.f("uq_project_key")),
        sa.UniqueConstraint("key_folded", name=op.f("uq_project_key_folded")),
        sa.UniqueConstraint("number", name=op.f("uq_project_number")),
    )
    op.create_index("ix_project_prima_id", "project", ["prima_id"], unique=False)
    op.create_index("ix_project_title_sort_id", "project", ["title_sort", "id"], unique=False)
    op.create_index("ix_project_fingerprint", "project", ["fingerprint"], unique=False)
    op.create_index("ix_project_source_url", "project", ["source_url"], unique=False)
    op.create_table(
        "former_key",
        sa.Column("key_folded", key_text(200), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_former_key_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_folded", name=op.f("pk_former_key")),
    )
    op.create_index("ix_former_key_project_id", "former_key", ["project_id"], unique=False)
    op.create_table(
        "project_country",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_country_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_project_country_term_id")),
        sa.PrimaryKeyConstraint("project_id", "term_id", name=op.f("pk_project_country")),
    )
    op.create_table(
        "project_tag",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_tag_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_project_tag_term_id")),
        sa.PrimaryKeyConstraint("project_id", "term_id", name=op.f("pk_project_tag")),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Keeps no copy of the texts; folds accents; prefixes of two to four letters are found without a scan.
        op.execute(
            "CREATE VIRTUAL TABLE project_text USING fts5(title, number, body, places, content='', "
            "contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE project_text")
    for table in ("project_tag", "project_country", "former_key", "project", "term", "catalogue"):
        op.drop_table(table)

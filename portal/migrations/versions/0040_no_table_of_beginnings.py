"""no table of beginnings in the text index of SQLite; `portal migrate` fills it anew."""

from alembic import op

revision = "0040"
down_revision = "0039"
# Code before it asks the same questions.
oldest_code = "0037"

_TABLE = (
    "CREATE VIRTUAL TABLE project_text USING fts5(title, number, body, places, content='', "
    "contentless_delete=1, tokenize='ascii'{})"
)


def upgrade() -> None:
    # Half the time and half the size of the index went into them. Beginnings are found in the mapped file of words;
    # here they are asked for while that file is made, and at the end of a phrase.
    _make_anew("")


def downgrade() -> None:
    _make_anew(", prefix='2 3'")


def _make_anew(beginnings: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TABLE project_text")
    op.execute(_TABLE.format(beginnings))
    op.execute("INSERT INTO project_text(project_text, rank) VALUES ('automerge', 8)")

"""one fold for words and titles: `portal migrate` fills the text index again and mends the titles by which lists sort.

Both hold folded text, and Ł, Ø, Đ, ı, Æ and characters without width are folded otherwise from this version on.
"""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    _empty_text_index()


def downgrade() -> None:
    _empty_text_index()


def _empty_text_index() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(
        "TRUNCATE project_text" if is_postgresql else "INSERT INTO project_text(project_text) VALUES ('delete-all')"
    )

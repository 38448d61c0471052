"""staff and their trail: accounts, revisions, audit events, and the triggers that ask for them.

Whoever rebuilds a governed table later (a batch change on SQLite drops and renames it) has to make its triggers
again: they go with the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)
# Table -> subject of the event that a change owes, column that tells which one (as models.audit has it).
GOVERNED = {
    "project": ("project", "id"),
    "project_country": ("project", "project_id"),
    "project_tag": ("project", "project_id"),
    "former_key": ("project", "project_id"),
    "account": ("account", "id"),
    "recovery_code": ("account", "account_id"),
    "revision": ("revision", "id"),
    "term": ("term", "id"),
}
STATES = (
    "'draft', 'submitted', 'in review', 'returned', 'approved', 'scheduled', 'published', 'superseded', "
    "'withdrawn', 'discarded'"
)
AGREED = "'approved', 'scheduled', 'published', 'superseded', 'withdrawn'"
OPEN = "'draft', 'submitted', 'in review', 'returned', 'approved', 'scheduled'"
EDITABLE = "'draft', 'returned', 'in review'"
TABLES = (
    "audit_due", "audit_event", "submission_key", "revision", "attempt", "one_time_link", "account_session",
    "recovery_code", "account",
)  # fmt: skip


def upgrade() -> None:
    make_tables()
    op.add_column("project", sa.Column("withdrawn_at", MOMENT, nullable=True))
    op.add_column("project", sa.Column("withdrawn_reason", sa.String(), server_default="", nullable=False))
    op.add_column("project", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        make_triggers_of_postgresql()
    else:
        make_triggers_of_sqlite()


def link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def make_tables() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('author', 'reviewer', 'administrator')", name=op.f("ck_account_known_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        link("recovery_code", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("proved_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("pending_secret", sa.String(length=64), nullable=True),
        link("account_session", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"])
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("purpose IN ('first', 'invite', 'reset')", name=op.f("ck_one_time_link_known_purpose")),
        link("one_time_link", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index("ix_one_time_link_account_id", "one_time_link", ["account_id"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_kind_account_key_at", "attempt", ["kind", "account_key", "at"])
    op.create_index("ix_attempt_kind_address_key_at", "attempt", ["kind", "address_key", "at"])
    op.create_index("ix_attempt_kind_at", "attempt", ["kind", "at"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("rounds", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("last_editor_id", sa.Integer(), nullable=False),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("restored_from_id", sa.Integer(), nullable=True),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            f"state NOT IN ({AGREED}) OR (decided_by_id IS NOT NULL"
            " AND decided_by_id <> last_editor_id AND decided_by_id <> author_id)",
            name=op.f("ck_revision_four_eyes_decide"),
        ),
        sa.CheckConstraint(
            "published_by_id IS NULL OR (published_by_id <> last_editor_id AND published_by_id <> author_id)",
            name=op.f("ck_revision_four_eyes_publish"),
        ),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_revision_known_state")),
        link("revision", "project_id", "project"),
        *(
            link("revision", column, "account")
            for column in ("author_id", "last_editor_id", "claimed_by_id", "decided_by_id", "published_by_id")
        ),
        link("revision", "restored_from_id", "revision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_index("ix_revision_project_id", "revision", ["project_id"])
    op.create_index("ix_revision_author_id", "revision", ["author_id"])
    op.create_index("ix_revision_state_submitted_at", "revision", ["state", "submitted_at"])
    op.create_index(
        "uq_revision_project_id_author_id",
        "revision",
        ["project_id", "author_id"],
        unique=True,
        sqlite_where=sa.text(f"state IN ({OPEN})"),
        postgresql_where=sa.text(f"state IN ({OPEN})"),
    )
    op.create_table(
        "submission_key",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        link("submission_key", "account_id", "account"),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_submission_key")),
    )
    op.create_index("ix_submission_key_created_at", "submission_key", ["created_at"])
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("chain_before", sa.String(length=64), nullable=True),
        sa.Column("chain", sa.String(length=64), nullable=True),
        sa.CheckConstraint("id > 0", name=op.f("ck_audit_event_id_positive")),
        link("audit_event", "actor_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_subject_kind_subject_id", "audit_event", ["subject_kind", "subject_id"])
    op.create_index("ix_audit_event_actor_id", "audit_event", ["actor_id"])
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_table(
        "audit_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("paid_by", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["paid_by"], ["audit_event.id"], name=op.f("fk_audit_due_paid_by"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_due")),
    )
    op.create_index("ix_audit_due_subject_kind_subject_id", "audit_due", ["subject_kind", "subject_id"])


def make_triggers_of_sqlite() -> None:
    for table, (kind, column) in GOVERNED.items():
        for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER audit_due_{table}_{act.lower()} AFTER {act} ON {table} BEGIN "  # noqa: S608 # no input
                f"INSERT INTO audit_due(subject_kind, subject_id) SELECT '{kind}', CAST({row}.{column} AS TEXT) "
                "WHERE NOT EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = '*') "
                f"AND NOT EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = '{kind}' "
                f"AND subject_id = CAST({row}.{column} AS TEXT)); END"
            )
    op.execute(
        "CREATE TRIGGER audit_event_pays AFTER INSERT ON audit_event BEGIN "
        "DELETE FROM audit_due WHERE NEW.is_bulk "
        "OR (subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id); END"
    )
    for name, act, table, condition, words in (
        ("audit_event_stays", "UPDATE", "audit_event", "1", "audit events are never changed"),
        ("audit_event_remains", "DELETE", "audit_event", "1", "audit events are never deleted"),
        # INSERT OR REPLACE deletes without firing the trigger above.
        (
            "audit_event_is_kept", "INSERT", "audit_event",
            "EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)", "audit events are never replaced",
        ),
        ("revision_remains", "DELETE", "revision", "1", "revisions are never deleted"),
        (
            "revision_is_closed", "UPDATE", "revision",
            f"OLD.author_id <> NEW.author_id OR (OLD.state NOT IN ({EDITABLE}) "
            "AND (OLD.payload IS NOT NEW.payload OR OLD.last_editor_id <> NEW.last_editor_id))",
            "a submitted revision is not edited",
        ),
    ):  # fmt: skip
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def make_triggers_of_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION audit_due_note() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            subject text;
        BEGIN
            -- First, as a bulk fires this for every row.
            IF EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = '*') THEN
                RETURN NULL;
            END IF;
            IF TG_OP = 'DELETE' THEN
                subject := to_jsonb(OLD) ->> TG_ARGV[1];
            ELSE
                subject := to_jsonb(NEW) ->> TG_ARGV[1];
            END IF;
            INSERT INTO audit_due(subject_kind, subject_id) SELECT TG_ARGV[0], subject
            WHERE NOT EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = TG_ARGV[0] AND subject_id = subject);
            RETURN NULL;
        END $$
        """
    )
    for table, (kind, column) in GOVERNED.items():
        op.execute(
            f"CREATE TRIGGER audit_due_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION audit_due_note('{kind}', '{column}')"
        )
    op.execute(
        """
        CREATE FUNCTION audit_event_pay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM audit_due WHERE NEW.is_bulk
                OR (subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_event_pays AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_pay()"
    )
    op.execute(
        """
        CREATE FUNCTION staff_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table, words in (
        ("audit_event", "audit events are never changed"),
        ("revision", "revisions are never deleted"),
    ):
        acts = "UPDATE OR DELETE" if table == "audit_event" else "DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE {acts} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION staff_refuse('{words}')"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse('{words}')"
        )
    op.execute(
        "CREATE TRIGGER revision_is_closed BEFORE UPDATE ON revision FOR EACH ROW WHEN "
        f"(OLD.author_id <> NEW.author_id OR (OLD.state NOT IN ({EDITABLE}) "
        "AND (OLD.payload::text <> NEW.payload::text OR OLD.last_editor_id <> NEW.last_editor_id))) "
        "EXECUTE FUNCTION staff_refuse('a submitted revision is not edited')"
    )


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in GOVERNED:
        names = [table] if is_postgresql else [f"{table}_{act}" for act in ("insert", "update", "delete")]
        for name in names:
            op.execute(f"DROP TRIGGER audit_due_{name}" + (f" ON {table}" if is_postgresql else ""))
    for table in TABLES:
        op.drop_table(table)
    if is_postgresql:
        for function in ("audit_due_note", "audit_event_pay", "staff_refuse"):
            op.execute(f"DROP FUNCTION {function}")
    for column in ("version", "withdrawn_reason", "withdrawn_at"):
        op.drop_column("project", column)

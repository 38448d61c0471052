"""leaves of the audit log: the place of each audit event in a Merkle tree, and the salt of its commitment.

A leaf is never changed, except that its salt can be deleted, which closes its commitment for good. After that, and only
then, what the event says of persons and values can be erased.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

LEAF_REFUSED = "leaves of the audit log are never changed or deleted"
EVENT_REFUSED = "audit events are never changed"
CLOSES_LEAF = (
    "NEW.leaf_index = OLD.leaf_index AND NEW.event_id {same} OLD.event_id "
    "AND NEW.commitment = OLD.commitment AND NEW.salt IS NULL"
)
ERASES_EVENT = (
    "NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.verb = OLD.verb AND NEW.subject_kind = OLD.subject_kind "
    "AND NEW.subject_id = OLD.subject_id AND NEW.is_bulk = OLD.is_bulk AND NEW.actor_id IS NULL "
    "AND NEW.actor = 'erased' AND NEW.request_id = '' AND NEW.address = '' "
    "AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.chain_before IS NULL AND NEW.chain IS NULL "
    "AND EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = OLD.id AND salt IS NULL)"
)


def upgrade() -> None:
    op.create_table(
        "audit_leaf",
        sa.Column("leaf_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("leaf_index >= 0", name=op.f("ck_audit_leaf_index_from_zero")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_leaf_event_id")),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_leaf_event_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        make_triggers_of_postgresql()
    else:
        make_triggers_of_sqlite()


def make_triggers_of_sqlite() -> None:
    op.execute("DROP TRIGGER audit_event_stays")
    for name, act, table, condition, words in (
        ("audit_event_stays", "UPDATE", "audit_event", f"NOT ({ERASES_EVENT})", EVENT_REFUSED),
        ("audit_leaf_stays", "UPDATE", "audit_leaf", f"NOT ({CLOSES_LEAF.format(same='IS')})", LEAF_REFUSED),
        ("audit_leaf_remains", "DELETE", "audit_leaf", "1", LEAF_REFUSED),
        # INSERT OR REPLACE deletes without firing the trigger above.
        (
            "audit_leaf_is_kept", "INSERT", "audit_leaf",
            "EXISTS (SELECT 1 FROM audit_leaf WHERE leaf_index = NEW.leaf_index OR event_id = NEW.event_id)",
            LEAF_REFUSED,
        ),
    ):  # fmt: skip
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def make_triggers_of_postgresql() -> None:
    op.execute("DROP TRIGGER audit_event_stays ON audit_event")
    op.execute(
        f"""
        CREATE FUNCTION audit_event_keep() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF {ERASES_EVENT} THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '{EVENT_REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_keep()"
    )
    refuse = f"EXECUTE FUNCTION staff_refuse('{LEAF_REFUSED}')"
    closes = CLOSES_LEAF.format(same="IS NOT DISTINCT FROM")
    op.execute(
        f"CREATE TRIGGER audit_leaf_stays BEFORE UPDATE ON audit_leaf FOR EACH ROW WHEN (NOT ({closes})) {refuse}"
    )
    op.execute(f"CREATE TRIGGER audit_leaf_remains BEFORE DELETE ON audit_leaf FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER audit_leaf_is_not_emptied BEFORE TRUNCATE ON audit_leaf FOR EACH STATEMENT {refuse}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_event_stays ON audit_event")
        op.execute("DROP FUNCTION audit_event_keep")
        op.execute(
            "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE ON audit_event "
            f"FOR EACH ROW EXECUTE FUNCTION staff_refuse('{EVENT_REFUSED}')"
        )
    else:
        op.execute("DROP TRIGGER audit_event_stays")
        op.execute(
            "CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event WHEN 1 "
            f"BEGIN SELECT RAISE(ABORT, '{EVENT_REFUSED}'); END"
        )
    op.drop_table("audit_leaf")

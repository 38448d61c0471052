"""The audit log, published into a folder of the test."""

import pytest

from tests.audit_log import AuditLog


@pytest.fixture
def log(app, session, tmp_path, monkeypatch):
    return AuditLog(app, session, tmp_path, monkeypatch)

"""A finding: one remark on one field of a project, without regard to where its value comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal["refused", "repaired", "note"]


@dataclass(frozen=True)
class Finding:
    """`field` is a field of ProjectDraft. The sentences end without a full stop."""

    field: str
    kind: FindingKind
    reason: str
    advice: str

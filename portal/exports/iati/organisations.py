"""Who speaks in an IATI file, and the organisations of which it speaks."""

from __future__ import annotations

from dataclasses import dataclass

from portal.config import Settings


@dataclass(frozen=True)
class Organisation:
    """`ref` is an identifier of IATI, "" for an organisation without one; `type` is a code of OrganisationType."""

    ref: str
    type: str
    name: str


@dataclass(frozen=True)
class Reporter:
    """The organisation that issues a file; identifiers of activities begin with its own.

    `is_secondary`: it reproduces what is known of the activities of others.
    """

    organisation: Organisation
    is_secondary: bool = True

    def identifier(self, reference: str) -> str:
        """The identifier of the activity with this Projects ID, which never changes."""
        return f"{self.organisation.ref}-{reference}"


# IOM's identifier, as its own files give it. The Fund is part of IOM and has none of its own.
IOM = Organisation("XM-DAC-47066", "40", "International Organization for Migration")
FUND = Organisation("XM-DAC-47066", "40", "IOM Development Fund")
# The identifier that the examples of the standard use, which nobody can mistake for a publisher's.
EXAMPLE = Organisation("AA-AAA-123456789", "90", "Example organisation: this portal has no IATI identifier yet")


def reporter_of(settings: Settings) -> Reporter | None:
    """Who reports in the files of this portal; None for a production portal that has no identifier.

    See docs/decisions/0021.
    """
    if settings.iati_organisation:
        organisation = Organisation(
            settings.iati_organisation, settings.iati_organisation_type, settings.iati_organisation_name
        )
        return Reporter(organisation, is_secondary=not settings.is_iati_primary)
    return None if settings.is_production else Reporter(EXAMPLE)


def is_iati_offered(settings: Settings) -> bool:
    return reporter_of(settings) is not None

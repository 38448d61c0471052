"""What the audit log calls deeds and their subjects: stored in English, and shown in the language of the reader."""

from __future__ import annotations

from portal.i18n.catalogues import NC_, pgettext

_VERB, _KIND, _ACTOR = "audit event", "audit subject", "audit actor"

ACTORS = frozenset((NC_("audit actor", "the portal"), NC_("audit actor", "anonymous")))

VERBS = frozenset(
    (
        NC_("audit event", "accept lost leaves"),
        NC_("audit event", "accept row"),
        NC_("audit event", "add account"),
        NC_("audit event", "add forms"),
        NC_("audit event", "add spellings"),
        NC_("audit event", "approve"),
        NC_("audit event", "ask for administrator"),
        NC_("audit event", "ask for e-mail change"),
        NC_("audit event", "change"),
        NC_("audit event", "change e-mail"),
        NC_("audit event", "change role"),
        NC_("audit event", "choose language"),
        NC_("audit event", "choose mail"),
        NC_("audit event", "claim"),
        NC_("audit event", "clock set back"),
        NC_("audit event", "code limited"),
        NC_("audit event", "code refused"),
        NC_("audit event", "confirm administrator"),
        NC_("audit event", "confirm tags"),
        NC_("audit event", "decline administrator"),
        NC_("audit event", "disable"),
        NC_("audit event", "discard"),
        NC_("audit event", "dismiss"),
        NC_("audit event", "draft"),
        NC_("audit event", "enable"),
        NC_("audit event", "end other sessions"),
        NC_("audit event", "end session"),
        NC_("audit event", "erase"),
        NC_("audit event", "fields ignored"),
        NC_("audit event", "give back"),
        NC_("audit event", "hand over"),
        NC_("audit event", "import"),
        NC_("audit event", "issue link"),
        NC_("audit event", "mark"),
        NC_("audit event", "merge terms"),
        NC_("audit event", "move"),
        NC_("audit event", "password accepted"),
        NC_("audit event", "plant"),
        NC_("audit event", "publish"),
        NC_("audit event", "publish again"),
        NC_("audit event", "recall"),
        NC_("audit event", "refused"),
        NC_("audit event", "release"),
        NC_("audit event", "remove sample"),
        NC_("audit event", "remove second factor"),
        NC_("audit event", "remove term"),
        NC_("audit event", "rename"),
        NC_("audit event", "rename term"),
        NC_("audit event", "renew recovery codes"),
        NC_("audit event", "reset refused"),
        NC_("audit event", "restore"),
        NC_("audit event", "return"),
        NC_("audit event", "save"),
        NC_("audit event", "schedule"),
        NC_("audit event", "seal second factor"),
        NC_("audit event", "send again"),
        NC_("audit event", "set due"),
        NC_("audit event", "set password"),
        NC_("audit event", "set up second factor"),
        NC_("audit event", "sign in"),
        NC_("audit event", "sign in limited"),
        NC_("audit event", "sign out"),
        NC_("audit event", "sign out everywhere"),
        NC_("audit event", "sign-in refused"),
        NC_("audit event", "sort again"),
        NC_("audit event", "step up"),
        NC_("audit event", "step-up refused"),
        NC_("audit event", "submit"),
        NC_("audit event", "supersede"),
        NC_("audit event", "take back tags"),
        NC_("audit event", "undo import"),
        NC_("audit event", "unschedule"),
        NC_("audit event", "withdraw"),
        NC_("audit event", "withdraw request"),
    )
)
KINDS = frozenset(
    (
        NC_("audit subject", "account"),
        NC_("audit subject", "account request"),
        NC_("audit subject", "address"),
        NC_("audit subject", "audit event"),
        NC_("audit subject", "audit log"),
        NC_("audit subject", "database"),
        NC_("audit subject", "import"),
        NC_("audit subject", "mail"),
        NC_("audit subject", "portal"),
        NC_("audit subject", "project"),
        NC_("audit subject", "revision"),
        NC_("audit subject", "tag rule"),
        NC_("audit subject", "term"),
    )
)


def verb_name(verb: str) -> str:
    """A verb in the language that is spoken; one that is not known, as of an earlier version, stays as it is."""
    return pgettext(_VERB, verb) if verb in VERBS else verb


def kind_name(kind: str) -> str:
    return pgettext(_KIND, kind) if kind in KINDS else kind


def actor_name(actor: str) -> str:
    """Who did it: a person as the log names them, or the portal itself."""
    return pgettext(_ACTOR, actor) if actor in ACTORS else actor

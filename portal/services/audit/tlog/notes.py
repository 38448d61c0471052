"""Signed notes and checkpoints: a size and a root, signed with Ed25519 (c2sp.org: signed-note, tlog-checkpoint).

A checkpoint of this log has one extension line, `time` and when it was signed, in UTC.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.errors import InvalidCheckpoint

_ED25519 = b"\x01"
_PRIVATE_PREFIX = "PRIVATE+KEY+"
_TIME = "time "
# A whole note, also in a longer text such as a mail.
_NOTE = re.compile(
    r"^(?P<body>(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]{0,15})\n(?P<root>[A-Za-z0-9+/]{43}=)\n(?P<more>(?:[^\n]+\n)*))"
    r"\n(?P<signatures>(?:\u2014 [^\s+]+ [A-Za-z0-9+/=]+(?:\n|\Z))+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class VerifierKey:
    """The public key of a log: its name, and the 32 bytes of an Ed25519 key."""

    name: str
    public_bytes: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that say which key made a signature."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_bytes).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public_bytes).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises ValueError."""
        name, key_id, encoded = text.strip().split("+", 2)
        content = base64.b64decode(encoded, validate=True)
        key = cls(name, content[1:])
        if content[:1] != _ED25519 or len(key.public_bytes) != 32 or key.key_id.hex() != key_id:
            raise ValueError("not an Ed25519 key of a log")
        return key

    def has_signed(self, body: str, signature: bytes) -> bool:
        if signature[:4] != self.key_id:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public_bytes).verify(signature[4:], body.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The key of a log; its name is the origin of the log's checkpoints."""

    name: str
    private_key: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Raises ValueError. The text is that of Go's `note` package, so its tools can use the key."""
        if not text.startswith(_PRIVATE_PREFIX):
            raise ValueError("not the private key of a log")
        name, key_id, encoded = text.removeprefix(_PRIVATE_PREFIX).strip().split("+", 2)
        content = base64.b64decode(encoded, validate=True)
        key = cls(name, Ed25519PrivateKey.from_private_bytes(content[1:]))
        if content[:1] != _ED25519 or key.verifier.key_id.hex() != key_id:
            raise ValueError("not an Ed25519 key of a log")
        return key

    def serialise(self) -> str:
        content = base64.b64encode(_ED25519 + self.private_key.private_bytes_raw()).decode()
        return f"{_PRIVATE_PREFIX}{self.name}+{self.verifier.key_id.hex()}+{content}\n"

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, body: str) -> str:
        """The body, which ends with a line break, as a signed note."""
        signature = self.verifier.key_id + self.private_key.sign(body.encode())
        return f"{body}\n\u2014 {self.name} {base64.b64encode(signature).decode()}\n"


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: so many leaves, with this root (32 bytes), signed at this time (in UTC).

    `note` is the whole signed text; `at` is None in a checkpoint of other software.
    """

    origin: str
    size: int
    root: bytes
    at: datetime | None
    note: str

    def is_signed_by(self, keys: Iterable[VerifierKey]) -> bool:
        body, _, lines = self.note.rpartition("\n\n")
        signatures = [line.split(" ") for line in lines.splitlines()]
        return any(
            key.name == name == self.origin and key.has_signed(body + "\n", base64.b64decode(signature))
            for key in keys
            for _, name, signature in signatures
        )


def sign_checkpoint(key: SigningKey, size: int, root: bytes, at: datetime) -> Checkpoint:
    """A checkpoint of this moment; `at` is in UTC."""
    encoded = base64.b64encode(root).decode()
    note = key.sign(f"{key.name}\n{size}\n{encoded}\n{_TIME}{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
    return Checkpoint(key.name, size, root, at.replace(microsecond=0), note)


def find_checkpoints(text: str) -> Iterator[Checkpoint]:
    """The checkpoints in a text, such as a file or a mail, in its order; signatures are not checked."""
    for match in _NOTE.finditer(text.replace("\r\n", "\n")):
        try:
            note = match["body"] + "\n" + match["signatures"].rstrip("\n") + "\n"
            root = base64.b64decode(match["root"], validate=True)
            yield Checkpoint(match["origin"], int(match["size"]), root, _read_time(match["more"]), note)
        except ValueError:
            continue


def parse_checkpoint(text: str) -> Checkpoint:
    """The one checkpoint that a text consists of; raises InvalidCheckpoint."""
    found = list(find_checkpoints(text))
    if len(found) != 1 or found[0].note.strip() != text.strip():
        raise InvalidCheckpoint("This is not a checkpoint.")
    return found[0]


def _read_time(extension_lines: str) -> datetime | None:
    for line in extension_lines.splitlines():
        if line.startswith(_TIME):
            return datetime.strptime(line.removeprefix(_TIME), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return None

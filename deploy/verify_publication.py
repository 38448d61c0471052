"""Check a proof of `portal audit prove`: python3 verify_publication.py PROOF.json [KEY] [CHECKPOINT]

KEY is the log's public key as its operator told you (else the one in the proof is believed), CHECKPOINT a file with the
checkpoint of that size, as you fetched it. Needs the package `cryptography`. Exits with 1 if the proof is wrong.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def require(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def commitment(field):
    """What the leaf holds of a field of its event, which is open or closed."""
    if "name" not in field:
        return bytes.fromhex(field["commitment"])
    text = json.dumps([field["name"], field["value"]], sort_keys=True, separators=(",", ":"))
    return sha256(bytes.fromhex(field["salt"]) + text.encode()).digest()


def root_above(leaf, index, size, path):  # RFC 9162, 2.1.3
    require(0 <= index < size and bool(path) == (size > 1), "the path is of another place, or outside of the tree")
    if size == 1:
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    *below, other = path
    if index < left:
        return sha256(b"\1" + root_above(leaf, index, left, below) + other).digest()
    return sha256(b"\1" + other + root_above(leaf, index - left, size - left, below)).digest()


sys.excepthook = lambda kind, error, _: print(f"The proof is not valid: {error}", kind.__name__, file=sys.stderr)
proof = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
key = sys.argv[2] if sys.argv[2:] else proof["key"]
note = Path(sys.argv[3]).read_text(encoding="utf-8") if sys.argv[3:] else proof["checkpoint"]
name, key_id, public = key.strip().split("+", 2)
require(sha256(name.encode() + b"\n" + b64decode(public)).hexdigest()[:8] == key_id, "the key is damaged")
body, _, signatures = note.rpartition("\n\n")
signed = [b64decode(line.split(" ")[2]) for line in signatures.splitlines() if line.split(" ")[1] == name]
require(signed and signed[0][:4].hex() == key_id, "the checkpoint is signed by another key")
Ed25519PublicKey.from_public_bytes(b64decode(public)[1:]).verify(signed[0][4:], body.encode() + b"\n")
origin, size, root = body.splitlines()[:3]
require(origin == name and proof["proofs"], "the checkpoint is of another log, or nothing is proved")
for event in proof["proofs"]:
    inner = sha256(b"idf-portal audit leaf 1\n" + b"".join(map(commitment, event["fields"])))
    leaf, path = sha256(b"\0" + inner.digest()).digest(), [b64decode(node) for node in event["path"]]
    require(root_above(leaf, event["index"], int(size), path) == b64decode(root), "the event is not in the log")
    said = {field["name"]: field["value"] for field in event["fields"] if "name" in field}
    ids = [[int(said["subject_id"])] * 2] if said["subject_kind"] == "project" else said["after.added_ids"]
    require(any(first <= proof["project_id"] <= last for first, last in ids), "the event is of another record")
    print(f"leaf {event['index']} of {size}: {json.dumps(said, ensure_ascii=False)}")
print(f"{proof['record']}: {len(proof['proofs'])} event(s), all in the log that {key} signs.")

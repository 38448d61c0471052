"""Check a proof that `portal audit prove` printed: that the publication of a record is in the portal's audit log.

    python3 verify_publication.py PROOF.json [KEY] [CHECKPOINT]

KEY is the public key of the log as its operator told you (otherwise the one in the proof is believed). CHECKPOINT is a
file with the checkpoint of the same size as you fetched it yourself, from /audit/checkpoints/SIZE of the portal or from
whoever keeps them. Needs Python and the package `cryptography`, nothing of the portal. Exits with 1 if it is wrong.
"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def require(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def check_signature(note, key):
    """The size and the root of a checkpoint that this key has signed."""
    name, key_id, encoded = key.strip().split("+", 2)
    public = base64.b64decode(encoded)
    require(sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id, "the key is damaged")
    body, _, signatures = note.rpartition("\n\n")
    lines = [line.split(" ") for line in signatures.splitlines()]
    found = [base64.b64decode(line[2]) for line in lines if line[1] == name]
    require(found and found[0][:4].hex() == key_id, "the checkpoint is signed by another key")
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(found[0][4:], body.encode() + b"\n")
    origin, size, root = body.splitlines()[:3]
    require(origin == name, "the checkpoint is of another log")
    return int(size), base64.b64decode(root)


def hash_leaf(fields):
    """The hash of a leaf from the fields of its event, each open or closed."""
    commitments = []
    for field in fields:
        if "name" in field:
            text = json.dumps([field["name"], field["value"]], sort_keys=True, separators=(",", ":"))
            commitments.append(sha256(bytes.fromhex(field["salt"]) + text.encode()).digest())
        else:
            commitments.append(bytes.fromhex(field["commitment"]))
    return sha256(b"\0" + sha256(b"idf-portal audit leaf 1\n" + b"".join(commitments)).digest()).digest()


def root_above(node, index, size, path):
    """The root of the tree of this size that has this leaf at this index (RFC 9162, 2.1.3.2)."""
    last = size - 1
    for other in path:
        require(last, "the path is too long")
        if index % 2 or index == last:
            node = sha256(b"\1" + other + node).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            node = sha256(b"\1" + node + other).digest()
        index, last = index // 2, last // 2
    require(not last, "the path is too short")
    return node


def main(proof_file, key=None, checkpoint_file=None):
    proof = json.loads(Path(proof_file).read_text(encoding="utf-8"))
    note = Path(checkpoint_file).read_text(encoding="utf-8") if checkpoint_file else proof["checkpoint"]
    size, root = check_signature(note, key or proof["key"])
    require(proof["proofs"], "the proof is empty")
    for event in proof["proofs"]:
        require(0 <= event["index"] < size, "the leaf is outside of the tree")
        path = [base64.b64decode(node) for node in event["path"]]
        above = root_above(hash_leaf(event["fields"]), event["index"], size, path)
        require(above == root, "the event is not in the log")
        said = {field["name"]: field["value"] for field in event["fields"] if "name" in field}
        ids = [[int(said["subject_id"])] * 2] if said["subject_kind"] == "project" else said["after.added_ids"]
        require(any(first <= proof["project_id"] <= last for first, last in ids), "the event is of another record")
        print(f"leaf {event['index']} of {size}: {json.dumps(said, ensure_ascii=False)}")
    print(f"{proof['record']}: {len(proof['proofs'])} event(s), all in the log that {key or proof['key']} signs.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        sys.exit(f"The proof is not valid: {str(error) or type(error).__name__}")

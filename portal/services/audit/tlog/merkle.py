"""The Merkle tree of RFC 6962 over SHA-256: hashes, roots and inclusion paths. Every hash has 32 bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows leaf by leaf and keeps only the roots of its complete subtrees."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []
        for leaf_hash in leaf_hashes:
            self.add(leaf_hash)

    def add(self, leaf_hash: bytes) -> None:
        self.size += 1
        leaves, subtree = 1, leaf_hash
        while self._subtrees and self._subtrees[-1][0] == leaves:
            subtree = hash_node(self._subtrees.pop()[1], subtree)
            leaves *= 2
        self._subtrees.append((leaves, subtree))

    def root(self) -> bytes:
        """The root of the leaves so far."""
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1][1]
        for _, subtree in reversed(self._subtrees[:-1]):
            root = hash_node(subtree, root)
        return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    return Frontier(leaf_hashes).root()


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root of all `leaf_hashes`, from the leaf upwards."""
    if len(leaf_hashes) == 1:
        return []
    # The largest power of two below the number of leaves.
    split = 1 << (len(leaf_hashes) - 1).bit_length() - 1
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if index < split:
        return [*inclusion_path(left, index), root_of(right)]
    return [*inclusion_path(right, index - split), root_of(left)]

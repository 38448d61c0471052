"""Roots and inclusion paths: the vectors of RFC 6962, and what two other implementations compute."""

from hashlib import sha256

import pytest

from portal.services.audit.tlog.merkle import EMPTY_ROOT, Frontier, hash_leaf, inclusion_path, root_of
from tests.oracles import oracle

# Source: the test vectors of certificate-transparency (RFC 6962): entries, and the root of the first 1 to 8 of them.
VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = [*range(1, 20), 255, 256, 257, 300]


def entries(size):
    return [sha256(str(number).encode()).digest() for number in range(size)]


def hashes(size):
    return [hash_leaf(entry) for entry in entries(size)]


def test_the_roots_are_those_of_the_standard():
    frontier, found = Frontier(), []
    for vector in VECTORS:
        frontier.add(hash_leaf(bytes.fromhex(vector)))
        found.append(frontier.root().hex())
    assert found == ROOTS
    assert frontier.size == len(VECTORS)


def test_an_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_paths_are_those_of_aics_tlog(size):
    theirs = oracle("aics_tlog").MerkleTree(entries(size))
    assert root_of(hashes(size)) == theirs.root()
    found = [inclusion_path(hashes(size), index) for index in range(0, size, max(1, size // 7))]
    assert found == [theirs.inclusion_proof(index) for index in range(0, size, max(1, size // 7))]


@pytest.mark.parametrize("size", SIZES)
def test_roots_are_those_of_pymerkle(size):
    theirs = oracle("pymerkle").InmemoryTree(algorithm="sha256")
    for entry in entries(size):
        theirs.append_entry(entry)
    assert root_of(hashes(size)) == theirs.get_root()

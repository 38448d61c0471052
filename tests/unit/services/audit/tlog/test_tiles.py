"""Tiles and bundles: their paths, their content, and that another implementation reads a whole log from them."""

from hashlib import sha256

import pytest

from portal.services.audit.tlog.merkle import hash_leaf, root_of
from portal.services.audit.tlog.tiles import TILE_ADDRESS, split_entries, split_hashes, tile_path, tiles
from tests.loops import not_empty
from tests.oracles import oracle

# 65,792 is the first size with a tile on the third level, whole tiles below it, and one entry more.
SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_792, 65_793]


def entries(size):
    return [sha256(str(number).encode()).digest() for number in range(size)]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ((0, 0), "tile/0/000"),
        ((0, 0, 5), "tile/0/000.p/5"),
        ((1, 1_234_067), "tile/1/x001/x234/067"),
        ((2, 67_999, 255), "tile/2/x067/999.p/255"),
        (("entries", 1_000), "tile/entries/x001/000"),
    ],
)
def test_paths_are_those_of_the_standard(arguments, path):
    assert tile_path(*arguments) == path
    assert TILE_ADDRESS.fullmatch(path.removeprefix("tile/"))


@pytest.mark.parametrize(
    "address", ["0/..", "0/000/../../x", "64/000", "0/1", "entries/000.p/0", "0/000.p/2000", "", "a/000"]
)
def test_nothing_else_is_the_address_of_a_tile(address):
    assert not TILE_ADDRESS.fullmatch(address)


@pytest.mark.parametrize("size", SIZES)
def test_the_files_are_those_of_aics_tlog(size):
    theirs = oracle("aics_tlog").TileWriter(entries(size)).materialise()
    assert dict(tiles(entries(size))) == {path.removeprefix("/"): content for path, content in theirs.items()}


@pytest.mark.parametrize(
    ("before", "after"), [(0, 1), (1, 2), (255, 256), (256, 257), (300, 700), (512, 512), (511, 65_793)]
)
def test_a_log_that_grew_writes_what_is_new(before, after):
    grown = dict(tiles(entries(before))) | dict(tiles(entries(after), before))
    whole = dict(tiles(entries(after)))
    assert {path: grown[path] for path in whole} == whole
    assert not (dict(tiles(entries(after), before)).keys() & dict(tiles(entries(before))).keys())


def test_aics_tlog_reads_the_whole_log_and_proves_it_only_grew():
    theirs = oracle("aics_tlog")
    old, new = 300, 700
    reader = theirs.tiles.MemoryTileReader(dict(tiles(entries(old))) | dict(tiles(entries(new), old)))
    roots = [root_of(map(hash_leaf, entries(size))) for size in (old, new)]
    assert theirs.tree_root_from_tiles(reader, new) == roots[1]
    theirs.audit_tiles(reader, new, roots[1])
    for index in not_empty(range(0, new, 50)):
        assert theirs.read_entry(reader, index, new) == entries(new)[index]
        path = theirs.inclusion_proof_from_tiles(reader, index, new)
        assert theirs.verify_leaf_inclusion(entries(new)[index], index, new, path, roots[1])
    assert theirs.verify_consistency(old, new, *roots, theirs.consistency_proof_from_tiles(reader, old, new))


def test_what_was_written_can_be_split():
    files = dict(tiles(entries(3)))
    assert split_entries(files["tile/entries/000.p/3"]) == entries(3)
    assert split_hashes(files["tile/0/000.p/3"]) == [hash_leaf(entry) for entry in entries(3)]

"""The tree by RFC 6962: known answers, a second path written here, and an independent library."""

from __future__ import annotations

import math
import time
from hashlib import sha256

import pymerkle
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from tongjian.evidence import EMPTY, MerkleTree, consistent, included
from tongjian.evidence._canonical import canonical, parse

# The leaves of the test vectors of the Certificate Transparency project, and the roots of the first
# n of them, n = 0 to 8 (merkletree_test.cc there); the first two can be had by hand: SHA-256 of
# nothing, and of one zero byte.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*plain_path(m, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(m - k, leaves[k:]), plain_root(leaves[:k])]


def plain_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [plain_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*plain_proof(m, leaves[:k], whole), plain_root(leaves[k:])]
    return [*plain_proof(m - k, leaves[k:], False), plain_root(leaves[:k])]


def test_known_roots() -> None:
    tree = MerkleTree(map(leaf, LEAVES))

    assert [tree.root(size).hex() for size in range(9)] == ROOTS
    assert ROOTS[0] == EMPTY.hex()


def test_proofs_are_those_of_the_rfc_at_every_size() -> None:
    leaves = [leaf(bytes([number])) for number in range(40)]
    tree = MerkleTree(leaves)
    for size in range(1, 41):
        root = tree.root(size)
        assert root == plain_root(leaves[:size])
        for index in range(size):
            path = tree.inclusion(index, size)
            assert path == plain_path(index, leaves[:size])
            assert included(leaves[index], index, size, path, root)
        for first in range(1, size + 1):
            path = tree.consistency(first, size)
            assert path == plain_proof(first, leaves[:size])
            assert consistent(first, tree.root(first), size, root, path)


def test_an_independent_library_agrees() -> None:
    theirs, ours = pymerkle.InmemoryTree(), MerkleTree()
    for number in range(70):
        theirs.append_entry(str(number).encode())
        ours.append(leaf(str(number).encode()))
    for size in (1, 2, 7, 8, 33, 64, 70):
        assert theirs.get_root(size) == ours.root(size)
        for index in range(0, size, 5):
            # Theirs counts leaves from one, and starts the path with the leaf itself.
            proof = theirs.prove_inclusion(index + 1, size)
            assert proof.path[1:] == ours.inclusion(index, size)
            pymerkle.verify_inclusion(theirs.get_leaf(index + 1), ours.root(size), proof)
        for first in (1, 3, size // 2 or 1):
            proof = theirs.prove_consistency(min(first, size), size)
            pymerkle.verify_consistency(ours.root(min(first, size)), ours.root(size), proof)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_changed_proof_is_believed(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 60))
    leaves = [leaf(bytes([number])) for number in range(count)]
    tree, index = MerkleTree(leaves), data.draw(st.integers(0, count - 1))
    path, root = tree.inclusion(index), tree.root()
    spot = data.draw(st.integers(0, len(path) - 1))
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda it: it != path[spot]))

    assert not included(leaves[index], index, count, [*path[:spot], other, *path[spot + 1 :]], root)
    assert not included(leaves[index], index, count, [*path, other], root)
    assert not included(leaves[index], index, count, path[:-1], root)
    assert not included(other, index, count, path, root)
    elsewhere = data.draw(st.integers(0, count - 1).filter(lambda it: it != index))
    assert not included(leaves[index], elsewhere, count, path, root)
    assert not included(leaves[index], -1, count, path, root)

    first = data.draw(st.integers(1, count - 1))
    old, proof = tree.root(first), tree.consistency(first)
    assert not consistent(first, other, count, root, proof)
    assert not consistent(first, old, count, other, proof)
    assert not consistent(first, old, count, root, [*proof, other])
    assert not consistent(first, old, count, root, proof[:-1])
    assert not consistent(count + 1, old, count, root, proof)


def test_sizes_out_of_reach_are_refused() -> None:
    tree = MerkleTree([leaf(b"")])
    for wrong in (lambda: tree.root(2), lambda: tree.inclusion(1), lambda: tree.consistency(2)):
        with pytest.raises(ValueError, match="lea"):
            wrong()
    with pytest.raises(ValueError, match="32 bytes"):
        tree.append(b"short")
    assert not consistent(0, b"", 1, tree.root(), [])
    assert consistent(0, EMPTY, 1, tree.root(), [])
    assert consistent(1, tree.root(), 1, tree.root(), [])


def test_proofs_of_a_large_tree_take_no_walk_over_it() -> None:
    tree = MerkleTree(number.to_bytes(32, "big") for number in range(200_000))
    begin = time.process_time()
    for index in range(0, 200_000, 400):
        assert len(tree.inclusion(index)) <= 18
        assert len(tree.consistency(index + 1)) <= 19
    # 1000 proofs; one pass over the leaves would take longer than all of them.
    assert time.process_time() - begin < 2


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # Where one way of writing a float ends and another begins.
    | st.builds(
        math.nextafter,
        st.sampled_from((1e-7, 1e-6, 1e-5, 1e-4, 1e15, 1e16, 1e17, 1e20, 1e21, 2.0**53, -1e16)),
        st.sampled_from((-math.inf, 0.0, math.inf)),
    )
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_canonical_form_is_that_of_the_library_and_reads_back(value: object) -> None:
    written = canonical(value)

    assert written == rfc8785.dumps(value)
    assert parse(written) == value
    assert canonical(parse(written)) == written

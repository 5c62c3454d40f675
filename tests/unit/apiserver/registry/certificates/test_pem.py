"""PEM blocks as Go's encoding/pem finds them."""

from __future__ import annotations

import pytest

from kubepy.apiserver.registry.certificates.pem import pem_blocks

BLOCK = "-----BEGIN A-----\nYWJj\n-----END A-----\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (BLOCK, [("A", False, b"abc")]),
        (f"before\n{BLOCK}between\n{BLOCK}after", [("A", False, b"abc")] * 2),
        (BLOCK.replace("\n", "\r\n"), [("A", False, b"abc")]),
        (BLOCK.rstrip("\n"), [("A", False, b"abc")]),
        ("-----BEGIN A-----\nKey: value\n\nYWJj\n-----END A-----\n", [("A", True, b"abc")]),
        ("-----BEGIN A-----\nYW\nJj\n-----END A-----\n", [("A", False, b"abc")]),
        ("-----BEGIN A-----\nYWJj\n-----END B-----\n", []),
        ("-----BEGIN A-----\n???\n-----END A-----\n" + BLOCK, [("A", False, b"abc")]),
        ("-----BEGIN A-----\n" + BLOCK, [("A", False, b"abc")]),
        ("x" + BLOCK, []),
    ],
)
def test_whole_blocks_are_found(text: str, expected: list[tuple[str, bool, bytes]]):
    """Decode skips what isn't a block, headers aren't content, and broken blocks don't hide later ones."""
    assert [tuple(block) for block in pem_blocks(text.encode())] == expected

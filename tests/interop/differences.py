"""What is different where Virtuoso answers in place of our engine, and why."""

from __future__ import annotations

import pytest

DIFFERENCES = {
    "test_a_long_answer_is_cut_on_the_page_and_says_so": "it makes every row of an answer before "
    "it sends the first, so that a page with the first thousand of millions meets the time limit",
}
"""Test to reason; each must fail, so that what has become right is noticed."""


@pytest.fixture(autouse=True)
def known_difference(request: pytest.FixtureRequest) -> None:
    """Expect a test to fail that is in the table."""
    if reason := DIFFERENCES.get(request.node.name):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))

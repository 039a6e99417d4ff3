"""What is different where Virtuoso answers in place of our engine, and why."""

from __future__ import annotations

import pytest

_CONCAT = "GROUP_CONCAT does not take its values in the order of the sub-select"
_VALUE = "a value that is a literal comes out unbound from COALESCE(?label, STR(?value))"

DIFFERENCES = {
    "test_a_long_answer_is_cut_on_the_page_and_says_so": "it makes every row of an answer before "
    "it sends the first, so that a page with the first thousand of millions meets the time limit",
} | {
    f"test_every_question_has_the_same_answer[{slug}]": reason
    for slug, reason in {
        "actions-by-pillar": _CONCAT,
        "who-in-what-role": _CONCAT,
        "claims-of-a-level": _VALUE,
        "stated-and-interpreted": _VALUE,
        "document-outline": "the rows of a chapter come in another order",
        "pillars-without-action-points": "a path with + gives the same pair more than once",
    }.items()
}
"""Test to reason; each must fail, so that what has become right is noticed."""


@pytest.fixture(autouse=True)
def known_difference(request: pytest.FixtureRequest) -> None:
    """Expect a test to fail that is in the table."""
    if reason := DIFFERENCES.get(request.node.name):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))

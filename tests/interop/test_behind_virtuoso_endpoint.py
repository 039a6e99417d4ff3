"""The tests of `/sparql`, once more: in front of a Virtuoso."""

from tests.behind.test_behind_endpoint import *  # noqa: F403
from tests.behind.test_behind_endpoint import client, release  # noqa: F401
from tests.interop.differences import known_difference  # noqa: F401
from tests.interop.test_behind_virtuoso import foreign  # noqa: F401

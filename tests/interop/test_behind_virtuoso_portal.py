"""The repository's portal, published to a Virtuoso and served in front of it."""

from tests.behind.test_behind_portal import *  # noqa: F403
from tests.behind.test_behind_portal import both, published, server  # noqa: F401
from tests.interop.differences import known_difference  # noqa: F401
from tests.interop.test_behind_virtuoso import foreign  # noqa: F401
from tests.served.test_served_portal import client  # noqa: F401

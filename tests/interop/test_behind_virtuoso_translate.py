"""What is sent to a Virtuoso, which reads graphs that no query has named unless kept from it."""

from tests.behind.test_behind_translate import *  # noqa: F403
from tests.behind.test_behind_translate import engine  # noqa: F401
from tests.engine.conftest import small  # noqa: F401
from tests.interop.differences import known_difference  # noqa: F401
from tests.interop.test_behind_virtuoso import foreign  # noqa: F401

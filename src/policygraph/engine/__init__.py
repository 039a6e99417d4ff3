"""A query and the files of a release in, bytes out, within limits."""

from policygraph.engine.answer import Answer
from policygraph.engine.clerk import Desk
from policygraph.engine.engine import Engine
from policygraph.engine.figures import Health
from policygraph.engine.job import Job
from policygraph.engine.loading import Progress
from policygraph.engine.query import Copy, Dataset, Query

__all__ = ["Answer", "Copy", "Dataset", "Desk", "Engine", "Health", "Job", "Progress", "Query"]

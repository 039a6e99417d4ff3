"""The saved queries, as pages and as an API."""

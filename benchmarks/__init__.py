"""Programs that measure and try a running server; not part of the package."""

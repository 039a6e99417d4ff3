"""What other portals take over: files, vocabularies, catalogue, releases, feed."""

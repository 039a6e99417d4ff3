"""Pages and RDF of what has an IRI, and the ways in to it."""

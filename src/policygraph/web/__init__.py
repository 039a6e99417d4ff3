"""The release over HTTP: pages, linked data, downloads and the SPARQL endpoint."""

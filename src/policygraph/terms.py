"""RDF 1.1 terms, as pyoxigraph has them: what every part of the publishing half passes around."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal
Triple = tuple[Node, NamedNode, Term]

__all__ = ["BlankNode", "Literal", "NamedNode", "Node", "Term", "Triple"]

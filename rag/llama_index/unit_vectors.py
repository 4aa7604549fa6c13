"""Embeddings as they come from any model, made fit for the store: checked, and scaled to length 1.

In: embedded nodes, a query's embedding. Out: unit vectors, so that inner products are cosines.
"""

from collections.abc import Sequence

import numpy as np
from llama_index.core.schema import BaseNode
from numpy.typing import NDArray

from rag.errors import UnsupportedQuery, UnusableNode
from rag.llama_index.rows import Vectors


def node_vectors(nodes: Sequence[BaseNode], dimensions: int | None) -> Vectors:
    """The embeddings of nodes as unit vectors, shape (nodes, dimensions).

    Args:
        nodes: at least one.
        dimensions: how long they have to be; None leaves it to the first.

    Raises:
        UnusableNode: a node has no embedding, one of another length, or one that is not finite.
    """
    for node in nodes:
        if not node.embedding:
            raise UnusableNode(f"Node {node.node_id!r} has no embedding. Embed it before adding it.")
        dimensions = dimensions or len(node.embedding)
        if len(node.embedding) != dimensions:
            raise UnusableNode(
                f"The embedding of node {node.node_id!r} has {len(node.embedding)} dimensions, the others have "
                f"{dimensions}. Use one model for all nodes."
            )
        if not _is_finite(node.embedding):
            raise UnusableNode(f"The embedding of node {node.node_id!r} is not finite. Embed it anew.")
    return _unit(np.array([node.embedding for node in nodes], dtype=np.float64))


def query_vector(embedding: Sequence[float] | None, dimensions: int | None) -> Vectors:
    """A query's embedding as a unit vector, shape (dimensions,); `dimensions` as above.

    Raises:
        UnsupportedQuery: there is no embedding, one of another length, or one that is not finite.
    """
    if not embedding or not _is_finite(embedding):
        raise UnsupportedQuery("The query has no embedding, or one that is not finite. Give query_embedding.")
    if dimensions is not None and len(embedding) != dimensions:
        raise UnsupportedQuery(
            f"The query has {len(embedding)} dimensions, the stored vectors have {dimensions}. Use one model for both."
        )
    return _unit(np.array(embedding, dtype=np.float64))


def _is_finite(embedding: Sequence[float]) -> bool:
    return bool(np.isfinite(np.linalg.norm(embedding)))


def _unit(vectors: NDArray[np.float64]) -> Vectors:
    """Vectors scaled to length 1, shape kept; one of length 0 stays as it is and is like nothing."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)

"""A node as the store keeps it: a copy that nobody else can change.

In: LlamaIndex nodes. Out: what deletion and filters look at, and the node again whenever it is asked for.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.schema import BaseNode, TextNode

from rag.errors import UnusableNode


@dataclass(frozen=True, slots=True)
class KeptNode:
    """A text node without its embedding."""

    node_id: str
    ref_doc_id: str | None
    metadata: dict[str, Any]
    """As JSON has it: a date is a text, a tuple a list."""
    content: str
    """The whole node as JSON."""

    def node(self) -> TextNode:
        """The node, a new one every time."""
        return TextNode.from_json(self.content)


def keep(nodes: Sequence[BaseNode]) -> list[KeptNode]:
    """Copies of nodes.

    Raises:
        UnusableNode: a node is no plain `TextNode`, or shares its id with another: one would take the other's name.
    """
    kept = [_copy(node) for node in nodes]
    seen: set[str] = set()
    for one in kept:
        if one.node_id in seen:
            raise UnusableNode(f"Two nodes have the id {one.node_id!r}. Give every node an id of its own.")
        seen.add(one.node_id)
    return kept


def kept_again(content: str) -> KeptNode:
    """The node that was kept with this content."""
    node = TextNode.from_json(content)
    return KeptNode(node.node_id, node.ref_doc_id, node.metadata, content)


def _copy(node: BaseNode) -> KeptNode:
    if type(node) is not TextNode:
        raise UnusableNode(
            f"{node.node_id!r} is a {type(node).__name__}, and BylineVectorStore keeps TextNodes. A Document is cut "
            "into them by a node parser."
        )
    content = node.model_dump(mode="json", exclude={"embedding"})
    return KeptNode(node.node_id, node.ref_doc_id, content["metadata"], json.dumps(content))

"""Which operation goes on where another ended, said in the OpenAPI document as links.

In: the document as FastAPI makes it. Out: the same with `links` in the responses whose values another operation takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ID = "$response.body#/id"
_QUESTION = "what did Harker say about schools?"


@dataclass(frozen=True, slots=True)
class Link:
    """What of a response goes into which operation; expressions are OpenAPI's runtime expressions."""

    after: str
    to: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    status: str = "200"


def _first(after: str, to: str, parameter: str, place: str, status: str = "200") -> Link:
    """A link whose parameter is found at a place of the response's body."""
    return Link(after, to, {parameter: f"$response.body#/{place}"}, status=status)


def _all(after: str, parameter: str, place: str, *to: str, status: str = "200") -> tuple[Link, ...]:
    """Links to several operations that take the same."""
    return tuple(_first(after, each, parameter, place, status) for each in to)


_ON_A_DOCUMENT = ("read_document", "replace_document", "delete_document", "read_volume")
_SENT = ("send_document", "replace_document", "delete_document")

LINKS = (
    Link("ask", "give_feedback", body={"verdict": "right", "answer": "$response.body"}),
    _first("ask", "resolve_citation", "address", "citations/0/address"),
    _first("ask", "read_section", "section_id", "citations/0/section_id"),
    _first("quote", "resolve_citation", "address", "places/0/citations/0/address"),
    _first("quote", "read_section", "section_id", "places/0/citations/0/section_id"),
    _first("search", "read_section", "section_id", "passages/0/section_id"),
    _first("search", "read_person", "person_id", "asked/0/id"),
    _first("list_people", "read_person", "person_id", "people/0/id"),
    _first("read_person", "read_section", "section_id", "sections/0/id"),
    _first("resolve_citation", "read_section", "section_id", "citations/0/section_id"),
    _first("list_volumes", "read_volume", "volume_id", "volumes/0/id"),
    _first("read_volume", "read_section", "section_id", "contents/0/id"),
    _first("read_section", "resolve_citation", "address", "sentences/0/address"),
    Link(
        "begin_conversation",
        "ask",
        body={"question": _QUESTION, "conversation_id": _ID},
        status="201",
    ),
    Link("begin_conversation", "read_conversation", {"conversation_id": _ID}, status="201"),
    Link("begin_conversation", "delete_conversation", {"conversation_id": _ID}, status="201"),
    _first("list_conversations", "read_conversation", "conversation_id", "conversations/0/id"),
    Link(
        "read_conversation",
        "give_feedback",
        body={"verdict": "right", "answer_id": "$response.body#/exchanges/0/answer/id"},
    ),
    *(_first(after, "read_job", "job_id", "id", status="202") for after in _SENT),
    *_all("send_document", "volume_id", "volume_id", *_ON_A_DOCUMENT, status="202"),
    *_all("replace_document", "volume_id", "volume_id", "read_document", "delete_document", status="202"),
    _first("delete_document", "read_document", "volume_id", "volume_id", status="202"),
    _first("delete_document", "send_document", "id", "volume_id", status="202"),
    *_all("list_documents", "volume_id", "documents/0/id", *_ON_A_DOCUMENT),
    *_all("read_document", "volume_id", "id", *_ON_A_DOCUMENT[1:]),
    _first("read_document", "read_job", "job_id", "job"),
    _first("list_jobs", "read_job", "job_id", "jobs/0/id"),
    *_all("read_job", "volume_id", "volume_id", "read_document", "read_volume"),
    _first("list_models", "read_model", "model", "data/0/id"),
    Link(
        "list_models",
        "complete_chat",
        body={"model": "$response.body#/data/0/id", "messages": [{"role": "user", "content": _QUESTION}]},
    ),
)


def describe_links(document: dict[str, Any]) -> dict[str, Any]:
    """Add links to a document, between the operations that it has."""
    operations = {
        operation["operationId"]: operation
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    for link in LINKS:
        if link.after in operations and link.to in operations:
            operations[link.after]["responses"][link.status].setdefault("links", {})[link.to] = _described(link)
    return document


def _described(link: Link) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": link.to}
    if link.parameters:
        described["parameters"] = dict(link.parameters)
    if link.body:
        described["requestBody"] = dict(link.body)
    return described

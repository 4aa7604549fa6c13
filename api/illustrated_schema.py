"""What a stranger needs beside the schemas: summaries, what the parts of a path are, and an example of everything.

In: the document as FastAPI makes it. Out: the same, in which every operation has a summary and every request, response
and problem an example. The examples of requests and responses are those of a real service (`examples.json`; to be
written anew by `python -m tests.api.asked_examples`), those of problems are made here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from api.openai_errors import error_of
from api.problem_examples import problem_example
from api.problems import MEDIA_TYPE

EXAMPLES: Final = Path(__file__).with_name("examples.json")
PATH_PARAMETERS: Final = {
    "section_id": ("Id of a section, as citations and lists of sections give it.", "essays-on-lamps/the-second-stove"),
    "address": (
        "Address of a sentence, as citations and sections give it.",
        "essays-on-lamps/the-second-stove/p3/s2~vu6w2bnv",
    ),
    "volume_id": ("Id of a volume, as GET /v1/volumes gives it.", "essays-on-lamps"),
    "person_id": ("Id of a person, as GET /v1/people gives it.", "lisa-harker"),
    "job_id": ("Id of a job, as the answer to an upload gives it.", "4be2c1d09f3a7e65"),
    "model": ("Name of a model, as GET /v1/models gives it.", "byline"),
    "conversation_id": ("Id of a conversation, as POST /v1/conversations gave it.", "kq3vX0w5TzW1uJ8sB6yPfA2r"),
}
"""What a part of a path is, and an example of it."""
EVERY_OPERATION: Final = "*"
"""The name, among the examples, of problems that are the same everywhere."""
_JSON: Final = "application/json"


def describe_for_strangers(document: dict[str, Any]) -> dict[str, Any]:
    """Add summaries, descriptions of paths and examples to a document."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["summary"] = _first_sentence(operation["description"])
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["description"], parameter["example"] = PATH_PARAMETERS[parameter["name"]]
            _illustrate(operation, method.upper(), path)
    return document


def path_example(path: str) -> str:
    """A path of the document with the examples of its parts put in."""
    return path.format(**{name: example for name, (_, example) in PATH_PARAMETERS.items()})


@cache
def _examples() -> dict[str, dict[str, Any]]:
    examples: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return examples


def _first_sentence(description: str) -> str:
    return description.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".")


def _illustrate(operation: dict[str, Any], method: str, path: str) -> None:
    own = _examples().get(operation["operationId"], {})
    if "requestBody" in operation:
        operation["requestBody"]["content"] = _showing(operation["requestBody"]["content"], own["request"])
    for status, response in operation["responses"].items():
        contents = response.get("content", {})
        if not status.startswith("2"):
            problem = own.get("problems", {}).get(status) or _anywhere(int(status), method, path_example(path))
            response["content"] = _showing(contents, problem if MEDIA_TYPE in contents else _as_openai_sends(problem))
        elif contents:
            response["content"] = contents | _showing({_JSON: contents[_JSON]}, own["response"])


def _showing(contents: dict[str, Any], example: object) -> dict[str, Any]:
    """Contents by media type, with an example."""
    return {media_type: {**content, "example": example} for media_type, content in contents.items()}


def _anywhere(status: int, method: str, path: str) -> dict[str, Any]:
    """A problem that any operation can be answered with."""
    common = _examples()[EVERY_OPERATION]["problems"]
    return {**common[str(status)], "instance": path} if str(status) in common else problem_example(status, method, path)


def _as_openai_sends(problem: dict[str, Any]) -> dict[str, Any]:
    return problem if "error" in problem else error_of(problem).model_dump()

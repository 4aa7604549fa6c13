"""What the guard and the limits do to every operation, said in the OpenAPI document.

In: the document as FastAPI makes it. Out: the same with the key that operations take and the problems that they may be
answered with before they are reached.
"""

from typing import Any, Final

from api.guard import is_public, scope_of
from api.limits import is_work
from api.problems import documented

_SCHEME: Final = "key"
_GUARDED = (401, 403, 421, 429, 503)
_WORKING = (504,)


def describe_guard(document: dict[str, Any]) -> dict[str, Any]:
    """Add keys and refusals to a document; operations that anybody may use stay as they are."""
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    if _SCHEME in schemes:
        return document
    schemes[_SCHEME] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "byl_…",
        "description": "Made by `byline keys create`. Where none was ever made, this machine is answered without.",
    }
    for path, operations in document["paths"].items():
        if is_public(path):
            continue
        for method, operation in operations.items():
            needed = scope_of(method.upper(), path)
            operation["security"] = [{_SCHEME: []}, {}]
            operation["description"] = f"{operation.get('description', '')}\n\nNeeds the scope `{needed}`.".strip()
            statuses = (*_GUARDED, *(_WORKING if is_work(method.upper(), path) else ()))
            for status, response in documented(*statuses).items():
                operation["responses"].setdefault(str(status), response)
    return document

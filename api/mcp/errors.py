"""Refusals of /mcp as JSON-RPC errors, which its clients show to whoever asked.

In: problem+json responses, such as the guard's. Out: an error of JSON-RPC 2.0 under the same HTTP status, the problem
as its data.
"""

from typing import Any, Final

from starlette.types import ASGIApp

from api.error_forms import ErrorForm

PATH: Final = "/mcp"
_INVALID_REQUEST: Final = -32600
_INTERNAL_ERROR: Final = -32603


class McpErrors(ErrorForm):
    """ASGI middleware that turns problems into JSON-RPC errors where clients of MCP ask."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, lambda path: path == PATH, _form)


def _form(problem: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The error that answers a message whose id was not read."""
    code = _INTERNAL_ERROR if problem["status"] == 500 else _INVALID_REQUEST
    error = {"code": code, "message": problem["detail"], "data": problem}
    return problem["status"], {"jsonrpc": "2.0", "id": None, "error": error}

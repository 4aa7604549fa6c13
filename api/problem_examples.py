"""An example of each problem that no request brings about by what it asks for.

In: an operation and a status. Out: the problem as it is sent. The other problems are in `examples.json`, as a real
service gave them.
"""

from typing import Any

from api.errors import RateExceeded, ScopeMissing
from api.guard import scope_of
from api.problems import FAULT, Problem, title_of, type_of
from index.errors import BylineError, SnapshotError
from rag.errors import TookTooLong

_ANYWHERE: tuple[BylineError, ...] = (
    RateExceeded("This key or address asks more often than it may (100 at once). Wait as long as Retry-After says."),
    SnapshotError("The index is still being opened. Ask again in a few seconds."),
    TookTooLong("This took longer than an answer may take here, and was stopped. Ask again later."),
)


def problem_example(status: int, method: str, path: str) -> dict[str, Any]:
    """An example of a problem of status 403, 429, 500, 503 or 504.

    Args:
        status: the status.
        method: the method that is asked, in capitals.
        path: the path that is asked.
    """
    if status == 500:
        kind, title, detail = "about:blank", "Internal Server Error", FAULT
    else:
        scope = scope_of(method, path)
        lacking = ScopeMissing(f"This needs the scope {scope}, which the key 'contract' does not have.")
        (error,) = (error for error in (lacking, *_ANYWHERE) if error.status == status)
        kind, title, detail = type_of(error), title_of(error), str(error)
    return Problem(type=kind, title=title, status=status, detail=detail, instance=path).model_dump()

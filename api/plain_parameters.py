"""What a parameter may be, where it may be left out: null is a value of JSON and stands in no query, path or header.

In: the document as FastAPI makes it, which describes an optional parameter as its type or null. Out: the same with the
type alone; that a parameter may be left out, `required` says.
"""

from typing import Any, Final

_NULL: Final = {"type": "null"}


def describe_parameters_plainly(document: dict[str, Any]) -> dict[str, Any]:
    """Take null out of what the parameters of a document may be."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                parameter["schema"] = _without_null(parameter["schema"])
    return document


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the alternative null; an alternative that stands alone then is the schema."""
    kept = [each for each in schema.get("anyOf", []) if each != _NULL]
    if not kept:
        return schema
    own = {name: said for name, said in schema.items() if name != "anyOf"}
    return {**kept[0], **own} if len(kept) == 1 else {**own, "anyOf": kept}

"""A parameter that takes the rest of a path whatever it holds; Starlette's own `path` stops at the end of a line.

In: `{address:whole}` in the path of a route. Out: the route is found, and says itself what is wrong with the address.
"""

from typing import Final

from starlette.convertors import PathConvertor, register_url_convertor

WHOLE: Final = "whole"


class _Whole(PathConvertor):
    regex = r"[\s\S]*"


register_url_convertor(WHOLE, _Whole())

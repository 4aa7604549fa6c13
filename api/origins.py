"""Whose page asks: what a browser says in the header Origin (Fetch standard), which a page cannot forge.

In: that header, the host that was asked, and the origins that may ask. Out: whether the page is another site's.
"""

from collections.abc import Collection
from urllib.parse import urlsplit


def origins_of(setting: str) -> list[str]:
    """The origins of BYLINE_ORIGINS, with commas between them."""
    return [origin.strip() for origin in setting.split(",") if origin.strip()]


def is_foreign(origin: str | None, host: str | None, welcome: Collection[str]) -> bool:
    """Whether a page of another site asks that nobody has let in; who is no page says no origin."""
    return origin is not None and origin not in welcome and urlsplit(origin).netloc != host

"""App Home: what Byline knows, questions to try, and what was asked last.

In: the snapshot and somebody's last questions. Out: a view of Block Kit.
"""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, DividerBlock, SectionBlock
from slack_sdk.models.views import View

from api.slack.commands import USAGE
from api.slack.escaping import bold
from api.slack.layout import sections
from index.records import VolumeRecord
from index.snapshot import Snapshot

RECENT = 10
_EXAMPLES = 3
_MOST_VOLUMES = 60


def home_view(snapshot: Snapshot, recent: list[str]) -> View:
    """The home of somebody who asked these questions last."""
    return View(type="home", blocks=list(_blocks(snapshot, recent)))


def examples(snapshot: Snapshot) -> list[str]:
    """Questions to try: one from each of the first volumes, about a piece of somebody's."""
    pieces = {
        section.volume_id: f"what does {person.name} say in “{section.title}”?"
        for person in reversed(snapshot.people())
        for section in reversed(person.sections)
        if section.kind != "foreword"
    }
    return [pieces[volume.id] for volume in snapshot.volumes() if volume.id in pieces][:_EXAMPLES]


def _blocks(snapshot: Snapshot, recent: list[str]) -> Iterator[Block]:
    volumes = snapshot.volumes()
    yield SectionBlock(text=bold("What it knows"))
    yield from sections("\n".join(_line(volume) for volume in volumes[:_MOST_VOLUMES]) or "Nothing yet.")
    yield from sections(f"{len(snapshot.people())} people write here.")
    yield DividerBlock()
    yield SectionBlock(text=bold("To try"))
    yield from sections("\n".join(f"• {question}" for question in examples(snapshot)) or USAGE)
    if recent:
        yield DividerBlock()
        yield SectionBlock(text=bold("You asked"))
        yield from sections("\n".join(f"• {question[:300]}" for question in recent))
    yield DividerBlock()
    yield from sections(USAGE)


def _line(volume: VolumeRecord) -> str:
    year = f" ({volume.year})" if volume.year else ""
    digest = ", read from its digest" if volume.edition == "digest" else ""
    return f"• {volume.title}{year}: {volume.sections} pieces by {volume.people} people{digest}"

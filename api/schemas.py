"""What the service answers besides an answer: sections, volumes, people and its own state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from index.records import SectionRecord, SectionRef, SentenceRecord, VolumeRecord
from rag.address import address_of
from rag.answer import BylineName, Edition, Readable


class View(BaseModel):
    """Base of the schemas here: built from the frozen records of a snapshot."""

    model_config = ConfigDict(from_attributes=True)


class SpanView(View):
    """A run of characters of the file."""

    start: int = Field(description="Offset of the first character, counted in characters.", examples=[48210])
    end: int = Field(description="Offset after the last character.", examples=[48305])


class AuthorView(View):
    """A name on a byline."""

    name: str = Field(description="The name without its honorific.", examples=["Lisa Harker"])
    honorific: str = Field(description="What is printed before the name; empty where nothing is.", examples=["Dr"])
    role: str = Field(description="Who the text says this is; empty where it does not.", examples=["head of a school"])


class NoteView(View):
    """A footnote: its number as printed, and the sentence that holds it."""

    number: str = Field(description="The number as printed.", examples=["12"])
    section_id: str = Field(description="The section that the note stands in.")
    ordinal: int = Field(description="The note's place among the sentences of that section, from 0.", examples=[3])


class SentenceView(View):
    """One sentence of a section and where its words stand."""

    text: str = Field(description="The sentence as read, with page breaks and note marks taken out.")
    voice: str = Field(description="Whose words they are.", examples=["own", "quoted", "heading"])
    speaker: str | None = Field(description="Who is quoted, where the text says so.", examples=[None])
    paragraph: int = Field(description="Number of the paragraph within the section, from 0.", examples=[3])
    spans: list[SpanView] = Field(description="Where the words stand in the file, in reading order.")
    address: str = Field(
        description="What `GET /v1/citations/{address}` takes; lasts over index runs.",
        examples=["001/reducing-demand/p4/s2~k4x2mq7a"],
    )
    notes: list[NoteView] = Field(description="The footnotes that its marks call.", examples=[[]])

    @classmethod
    def of(cls, section: SectionRecord, sentence: SentenceRecord) -> Self:
        """The view of a sentence of a section."""
        own = {name: getattr(sentence, name) for name in cls.model_fields if name != "address"}
        return cls.model_validate({**own, "address": str(address_of(section.id, sentence, section.sentences))})


class SectionRefView(View):
    """A section by name."""

    id: str = Field(description="What `GET /v1/sections/{id}` takes.", examples=["001/reducing-demand"])
    title: str = Field(description="The section's title.", examples=["Reducing demand"])
    authors: list[str] = Field(description="Who wrote it; empty where unknown.", examples=[["Lisa Harker"]])
    volume_id: str = Field(description="The volume that it stands in.", examples=["001"])
    kind: str = Field(description="What the section is.", examples=["essay", "foreword"])


class SectionView(View):
    """A section with its byline, its text as it stands in the file, and its sentences."""

    id: str = Field(description="The section's id.", examples=["001/reducing-demand"])
    volume: str = Field(description="Title of the volume.", examples=["Rethinking Children's Services"])
    volume_id: str = Field(description="The volume's id.", examples=["001"])
    file: str = Field(description="The file that the section was read from.", examples=["001_568d8223010ebe06.txt"])
    edition: Edition = Field(description="Whether that file is the full text or our own digest of it.")
    title: str = Field(description="The section's title.", examples=["Reducing demand"])
    kind: str = Field(description="What the section is.", examples=["essay", "foreword"])
    parent: str | None = Field(description="The part of the volume that it stands in.", examples=[None])
    authors: list[AuthorView] = Field(description="Who wrote it; empty where unknown.")
    byline: BylineName = Field(description="How we know who wrote it.")
    byline_span: SpanView | None = Field(description="The characters that say who wrote it.")
    start: int = Field(description="Offset of the section's first character in the file.", examples=[41890])
    end: int = Field(description="Offset after its last character.", examples=[60233])
    lines: list[int] = Field(
        min_length=2, max_length=2, description="First and last line in the file, from 1.", examples=[[194, 262]]
    )
    source_lines: list[int] | None = Field(
        description="In a digest, the lines of the full text that the section stands for.", examples=[[194, 262]]
    )
    text: str = Field(description="The file's characters from `start` to `end`, untouched.")
    sentences: list[SentenceView] = Field(description="The section's sentences in reading order.")
    previous: SectionRefView | None = Field(description="The section before it in the volume.")
    next: SectionRefView | None = Field(description="The section after it in the volume.")
    credit: str = Field(description="The credit that the owner of the volume asks for.")

    @classmethod
    def of(cls, record: SectionRecord) -> Self:
        """The view of a section as the snapshot holds it."""
        own = {name: getattr(record, name) for name in cls.model_fields if name not in ("start", "end", "sentences")}
        sentences = [SentenceView.of(record, sentence) for sentence in record.sentences]
        return cls.model_validate({**own, "start": record.span.start, "end": record.span.end, "sentences": sentences})


class VolumeView(View):
    """A volume of the collection."""

    id: str = Field(description="The volume's id, as `filters.volumes` takes it.", examples=["001"])
    title: str = Field(description="The volume's title.", examples=["Rethinking Children's Services"])
    editors: list[str] = Field(description="Who edited it; editors are not authors.", examples=[[]])
    publisher: str = Field(description="Who published it.", examples=["Catch22 and NCB"])
    year: int | None = Field(description="The year it was published, where known.", examples=[2016])
    rights: str = Field(description="What its owner allows.")
    credit: str = Field(description="The credit that its owner asks for.")
    file: str = Field(description="The file that it was read from.", examples=["001_568d8223010ebe06.txt"])
    edition: Edition = Field(description="Whether that file is the full text or our own digest of it.")
    sections: int = Field(description="How many sections it has.", examples=[23])
    people: int = Field(description="How many people wrote in it.", examples=[14])


class VolumesView(View):
    """Every volume of the collection, in the catalogue's order."""

    volumes: list[VolumeView] = Field(description="The volumes.")


class VolumeContentsView(VolumeView):
    """A volume with its sections."""

    contents: list[SectionRefView] = Field(description="Its sections in reading order.")

    @classmethod
    def listing(cls, volume: VolumeRecord, sections: Iterable[SectionRef]) -> Self:
        """The view of a volume as the snapshot holds it, with these sections."""
        own = {name: getattr(volume, name) for name in VolumeView.model_fields}
        return cls.model_validate({**own, "contents": list(sections)})


class RoleView(View):
    """An office or occupation, and the byline that prints it."""

    text: str = Field(description="The role as printed.", examples=["head of a school"])
    section_id: str = Field(description="The section whose byline prints it.")
    evidence: SpanView | None = Field(description="Where in the file it stands.")


class PersonView(View):
    """Somebody who wrote something in the collection."""

    id: str = Field(description="The person's id, as `filters.people` takes it.", examples=["lisa-harker"])
    name: str = Field(description="The person's name.", examples=["Lisa Harker"])
    aliases: list[str] = Field(description="Other spellings that the texts print.", examples=[[]])
    roles: list[RoleView] = Field(description="Who the texts say this is.")
    sections: list[SectionRefView] = Field(description="What the person wrote.")


class PeopleView(View):
    """Everybody who wrote something in the collection."""

    people: list[PersonView] = Field(description="The people.")


class NewConversation(BaseModel):
    """A conversation to be begun."""

    model_config = ConfigDict(extra="forbid")

    title: Readable = Field(
        default="", max_length=200, description="Its title; without one, words of its first question."
    )


class ConversationView(View):
    """A conversation that the server keeps."""

    id: str = Field(description="What `conversation_id` of POST /v1/ask takes; whoever knows it can read and go on.")
    title: str = Field(description="Its title.", examples=["Schools and Harker"])
    created: datetime = Field(description="When it began, UTC.")
    updated: datetime = Field(description="When its last question was answered, UTC.")


class ConversationsView(View):
    """Conversations, the one asked in last first."""

    conversations: list[ConversationView] = Field(description="The conversations.")


class ExchangeView(View):
    """A question of a conversation with its answer."""

    position: int = Field(description="Its place in the conversation, from 0.", examples=[0])
    asked: datetime = Field(description="When it was answered, UTC.")
    question: str = Field(description="The question as it was asked.")
    answer: dict[str, Any] = Field(description="The answer as POST /v1/ask gave it.")


class TalkView(ConversationView):
    """A conversation with all that was asked and answered."""

    exchanges: list[ExchangeView] = Field(description="Questions and answers in order.")


class Health(View):
    """The service is up."""

    status: Literal["ok"] = "ok"


class Readiness(View):
    """The service can answer questions."""

    status: Literal["ready"] = "ready"
    generation: str = Field(description="The published index that answers.", examples=["gen-3"])

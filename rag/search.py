"""Finding passages for a question and saying why each was found.

In: a question as POST /v1/search takes it. Out: passages, best first, each with its scores, its best sentence and the
reasons in words; beside them what the question was taken to ask, and of whom.
"""

from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from index.model import Span, page_of
from index.records import PersonRecord, SectionRef
from index.tokens import stem, tokens, words
from rag.answer import Ask, Citation, Count, Edition, Filters, Turn, Words
from rag.cite import citation_of, section_url
from rag.engine import Engine, Looked
from rag.frame import people_in_words
from rag.rank import Candidate
from rag.retrieve import DEPTH, Hit
from rag.work import work_of


class SearchAsk(BaseModel):
    """A question, of which only the passages are wanted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "what did Harker say about schools?", "limit": 5}]},
    )

    question: Words = Field(description="The question, or words to look for.")
    history: list[Turn] = Field(default_factory=list, max_length=1000, description="The conversation before it.")
    filters: Filters = Field(default_factory=Filters, description="Look only there.")
    limit: Count = Field(default=8, ge=1, le=DEPTH, description="How many passages at most.")


class Asked(BaseModel):
    """Somebody whose own words a question asks for."""

    id: str = Field(description="The person's id.", examples=["lisa-harker"])
    name: str = Field(description="The person's name.", examples=["Lisa Harker"])
    mention: str = Field(description="The question's words that mean this person; empty where the talk before it does.")
    basis: str = Field(description="How these words mean this person.", examples=["surname"])


class Scores(BaseModel):
    """What speaks for a passage."""

    score: float = Field(description="All of it together; passages are in its order.")
    cosine: float = Field(description="Likeness in meaning: the cosine of the question and the passage.")
    lexical: float = Field(ge=0, le=1, description="Shared words: BM25, as a share of the best passage of all.")
    relevance: float | None = Field(
        description="What the reranker says, as a logit; null for passages that it did not read, and in fast mode."
    )


class FoundPassage(BaseModel):
    """A run of sentences of one section. `quote == source[start:end]`, in characters of the file."""

    section: str = Field(description="The section's title.")
    section_id: str = Field(description="What `GET /v1/sections/{id}` takes.")
    kind: str = Field(description="What the section is.", examples=["essay"])
    authors: list[str] = Field(description="Who wrote it; empty where unknown.", examples=[["Lisa Harker"]])
    volume: str = Field(description="Title of the volume.")
    volume_id: str = Field(description="The volume's id.", examples=["001"])
    file: str = Field(description="The file that it was read from.")
    edition: Edition = Field(description="Whether that file is the full text or our own digest of it.")
    start: int = Field(description="Offset of the first character in the file.", examples=[48210])
    end: int = Field(description="Offset after the last character.", examples=[48902])
    lines: Annotated[list[int], Field(min_length=2, max_length=2, description="First and last line, from 1.")]
    page: str | None = Field(description="The page, where the text prints one.", examples=["5"])
    text: str = Field(description="The passage as read, without page breaks and note marks.")
    quote: str = Field(description="The file's characters from `start` to `end`, untouched.")
    url: str = Field(description="Where the page shows it.")
    scores: Scores = Field(description="What speaks for it.")
    words: list[str] = Field(description="Words of the question that it has, in any form.", examples=[["schools"]])
    best_sentence: list[Citation] = Field(
        description="Its sentence that fits best, as a citation for each of its spans; empty where none may be cited."
    )
    why: list[str] = Field(
        description="The reasons in words.",
        examples=[["Lisa Harker wrote it, who is asked.", "It has 1 of 1 words of the question: schools."]],
    )


class SearchAnswer(BaseModel):
    """Passages for a question, and what it was taken to ask."""

    question: str
    standalone_question: str = Field(description="The question as it would be asked alone.")
    sort: str = Field(description="What it asks for.", examples=["topic", "figure", "compare"])
    asked: list[Asked] = Field(description="Whose own words it asks for; only what they wrote is looked at.")
    strangers: list[str] = Field(description="Whose words it asks for who wrote nothing here.")
    left_out: list[str] = Field(description="Who is not looked at: people whom the talk before it has heard.")
    volumes: list[str] = Field(description="Ids of the volumes that it names; only they are looked at.")
    sections: list[str] = Field(description="Ids of the sections that it names; only they are looked at.")
    focus: str | None = Field(description="Id of the section that the talk before it is about, which is preferred.")
    filters: Filters = Field(description="The filters given.")
    confidence: float = Field(ge=0, le=1, description="How likely it is that the passages answer the question.")
    answers_from: float = Field(description="POST /v1/ask answers from this confidence on.")
    passages: list[FoundPassage] = Field(description="The passages, best first.")
    timings_ms: dict[str, float] = Field(description="How long each stage took.")


def search(engine: Engine, asked: SearchAsk) -> SearchAnswer:
    """Find passages.

    Raises:
        QuestionError: the question is empty, too long or no text.
        NotFound: a filter names something that is not here.
    """
    looked = engine.look(Ask(question=asked.question, history=asked.history, filters=asked.filters), asked.limit)
    understood = looked.understood
    return SearchAnswer(
        question=asked.question,
        standalone_question=understood.standalone,
        sort=understood.sort.value,
        asked=[_asked(person, looked) for person in looked.people],
        strangers=list(understood.strangers),
        left_out=[person.name for person in understood.without],
        volumes=list(understood.volume_ids),
        sections=list(understood.section_ids),
        focus=looked.focus,
        filters=asked.filters,
        confidence=round(looked.found.probability, 3),
        answers_from=engine.calibration.threshold,
        passages=[_passage(engine, looked, hit) for hit in looked.found.hits[: asked.limit]],
        timings_ms=looked.timings,
    )


def _asked(person: PersonRecord, looked: Looked) -> Asked:
    for mention in looked.understood.mentions:
        if person in mention.candidates:
            return Asked(id=person.id, name=person.name, mention=mention.text, basis=mention.basis)
    return Asked(id=person.id, name=person.name, mention="", basis="the talk before")


def _passage(engine: Engine, looked: Looked, hit: Hit) -> FoundPassage:
    snapshot, passage = engine.snapshot, hit.passage
    section = snapshot.section(passage.section_id)
    sentences = section.sentences[passage.first : passage.last + 1]
    source, pages = snapshot.source(section.volume_id), snapshot.pages(section.volume_id)
    span = Span(
        min(span.start for sentence in sentences for span in sentence.spans),
        max(span.end for sentence in sentences for span in sentence.spans),
    )
    first = source.count("\n", 0, span.start) + 1
    best = _best(hit, looked.found.candidates)
    shared, wanted = _shared_words(looked, passage.text)
    return FoundPassage(
        section=section.title,
        section_id=section.id,
        kind=section.kind,
        authors=[author.name for author in section.authors],
        volume=section.volume,
        volume_id=section.volume_id,
        file=section.file,
        edition=section.edition,
        start=span.start,
        end=span.end,
        lines=[first, first + source.count("\n", span.start, span.end)],
        page=page_of(pages, span.start),
        text=passage.text,
        quote=source[span.start : span.end],
        url=section_url(section.id, span.start, span.end),
        scores=Scores(score=hit.score, cosine=hit.cosine, lexical=hit.lexical, relevance=hit.relevance),
        words=shared,
        best_sentence=[
            citation_of(number, section, work_of(snapshot, section), best.sentence, part, source, pages)
            for number, part in enumerate(best.sentence.spans if best else (), 1)
            if best
        ],
        why=_why(looked, snapshot.section_refs[section.id], shared, wanted, best),
    )


def _best(hit: Hit, candidates: Sequence[Candidate]) -> Candidate | None:
    """The best candidate that stands in the passage."""
    passage = hit.passage
    return next(
        (
            candidate
            for candidate in candidates
            if candidate.section_id == passage.section_id
            and passage.first <= candidate.sentence.ordinal <= passage.last
        ),
        None,
    )


def _shared_words(looked: Looked, text: str) -> tuple[list[str], int]:
    """Words of the question that a text has in any form, and how many it could have."""
    wanted = [word for word in dict.fromkeys(words(looked.understood.standalone)) if stem(word) in _stems(looked)]
    has = frozenset(tokens(text))
    return [word for word in wanted if stem(word) in has], len(wanted)


def _stems(looked: Looked) -> Collection[str]:
    return frozenset(looked.understood.stems)


def _why(looked: Looked, ref: SectionRef, shared: Sequence[str], wanted: int, best: Candidate | None) -> list[str]:
    reasons = []
    if names := [person.name for person in looked.people if person.name in ref.authors]:
        reasons.append(f"{people_in_words(names)} wrote it, who {'is' if len(names) == 1 else 'are'} asked.")
    if looked.understood.strangers and not looked.people:
        reasons.append(f"It names {looked.understood.strangers[0]}, who wrote nothing here.")
    if ref.id in looked.understood.section_ids:
        reasons.append("The question names its section.")
    elif ref.volume_id in looked.understood.volume_ids:
        reasons.append("The question names its volume.")
    if ref.id == looked.focus:
        reasons.append("The talk before is about its section.")
    if shared:
        reasons.append(f"It has {len(shared)} of {wanted} words of the question: {', '.join(shared)}.")
    if best is not None:
        reasons.append(f"Its best sentence is like the question (cosine {best.cosine:.2f}).")
    return reasons

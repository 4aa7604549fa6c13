"""Asking with the language model: what the gate let out, and beside it what is cited, for a person to read.

In: an engine with a model, and questions. Out: a report with every sentence that got out, and every one without a
citation that would have, had it cited the right source: a small model seldom cites, and the gate is to be tried on all
that it writes. How many of them are unsupported or credited to the wrong person is a reader's figure.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from eval.errors import EvalError
from eval.schema import Question
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.llm.compose import Judged, LlmComposer
from rag.support.judge import Judge
from rag.support.verdict import Source


class OutSentence(BaseModel):
    """A sentence that got out, and the words that it cites."""

    question: str
    frame: str
    text: str
    cited: list[str] = Field(description="The words of each citation.")
    authors: list[str]


class RetellingReport(BaseModel):
    """What came of asking a language model."""

    model: str
    questions: int
    answered: int
    told: int = Field(description="Answers in the model's words.")
    written: int = Field(description="Sentences that the model wrote.")
    fallbacks: dict[str, int] = Field(description="Why the others are in the texts' own words.")
    seconds: float
    out: list[OutSentence]
    uncited: list[OutSentence] = Field(description="Sentences that would have got out, had they cited their source.")


def sample(questions: Sequence[Question], count: int) -> list[Question]:
    """So many of the questions, spread over their kinds in turn."""
    kinds: dict[str, list[Question]] = {}
    for question in questions:
        kinds.setdefault(question.kind, []).append(question)
    chosen: list[Question] = []
    while len(chosen) < count and any(kinds.values()):
        for waiting in kinds.values():
            if waiting and len(chosen) < count:
                chosen.append(waiting.pop(0))
    return chosen


def eval_retelling(
    engine: Engine, questions: Sequence[Question], progress: Callable[[], object] = lambda: None
) -> RetellingReport:
    """Ask every question with the composer `llm`.

    Raises:
        EvalError: no language model is configured.
    """
    if engine.llm_composer is None:
        raise EvalError("No language model is configured. Set BYLINE_LLM, for instance to the path of a GGUF file.")
    began = time.perf_counter()
    watch = _Watch(engine.llm_composer)
    answers = []
    for question in questions:
        watch.question = question.question
        answers.append(engine.ask(Ask(question=question.question, history=question.history, composer="llm")))
        progress()
    answered = [answer for answer in answers if answer.status == "answered"]
    told = [answer for answer in answered if answer.composer == "llm"]
    return RetellingReport(
        model=engine.llm_composer.model.name,
        questions=len(questions),
        answered=len(answered),
        told=len(told),
        written=watch.written,
        fallbacks=dict(Counter(_why(answer) for answer in answered if answer.composer != "llm")),
        seconds=round(time.perf_counter() - began, 1),
        out=[sentence for answer in told for sentence in _out(answer)],
        uncited=watch.uncited,
    )


class _Watch:
    """Sees every sentence that the model writes, and tries those without a citation on every source in turn."""

    def __init__(self, composer: LlmComposer) -> None:
        self.question = ""
        self.written = 0
        self.uncited: list[OutSentence] = []
        composer.watch = self.see

    def see(self, judged: Judged, sources: Sequence[Source], judge: Judge) -> None:
        """Note one sentence."""
        self.written += 1
        if judged.written.cites:
            return
        for source in sources:
            if judge.judge(judged.written.text, [source]).holds:
                self.uncited.append(
                    OutSentence(
                        question=self.question,
                        frame="",
                        text=judged.written.text,
                        cited=[source.text],
                        authors=list(source.authors),
                    )
                )


def _why(answer: Answer) -> str:
    return next((note for note in answer.notes if "not used" in note), "no note")


def _out(answer: Answer) -> list[OutSentence]:
    cited = {citation.id: citation for citation in answer.citations}
    return [
        OutSentence(
            question=answer.question,
            frame=sentence.frame,
            text=sentence.text,
            cited=[cited[number].quote for number in sentence.citations],
            authors=cited[sentence.citations[0]].authors,
        )
        for sentence in answer.sentences
    ]

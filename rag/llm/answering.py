"""The answer of a question that asks for the composer `llm`: retold by the model, or the texts' own words with a note.

In: an extractive answer and the parts it is made of. Out: an answer that says who worded it.
"""

import time
from collections.abc import Sequence

from index.settings import LLM_OFF, Settings
from rag.answer import Answer, Ask
from rag.cite import plain_text
from rag.compose import Part
from rag.errors import ComposerOff, LlmFailed
from rag.llm.compose import LlmComposer, Retelling
from rag.watch import say_all


def refuse_composer_that_is_off(ask: Ask, settings: Settings) -> None:
    """Make sure that the composer a question asks for is configured.

    Raises:
        ComposerOff: it asks for `llm`, and no language model is named.
    """
    if ask.composer == "llm" and settings.llm == LLM_OFF:
        raise ComposerOff(
            "The composer `llm` is off here. Name a model in BYLINE_LLM, or leave `composer` out to be answered in the "
            "texts' own words."
        )


def retold(composer: LlmComposer, question: str, parts: Sequence[Part], answer: Answer) -> Answer:
    """The answer in the model's words as far as they hold; the same answer with a note where they do not."""
    began = time.perf_counter()
    try:
        retelling = composer.retell(question, parts)
    except LlmFailed as failed:
        say_all(answer.sentences, answer.citations)
        note = f"The language model's answer is not used: {failed}. These are the texts' own words."
        return answer.model_copy(update={"notes": [*answer.notes, note], "timings_ms": _timed(answer, began)})
    used = {number for sentence in retelling.sentences for number in sentence.citations}
    return answer.model_copy(
        update={
            "answer": plain_text(retelling.sentences),
            "sentences": retelling.sentences,
            "citations": [citation for citation in retelling.citations if citation.id in used],
            "notes": [*answer.notes, *_notes(composer.model.name, retelling)],
            "composer": "llm",
            "timings_ms": _timed(answer, began),
        }
    )


def _notes(model: str, retelling: Retelling) -> list[str]:
    notes = [f"Worded by a language model ({model}) from the passages cited; the words are not the writers'."]
    if dropped := len(retelling.judged) - len(retelling.sentences):
        many = "1 sentence" if dropped == 1 else f"{dropped} sentences"
        notes.append(f"{many} of it did not hold against the texts, and {'is' if dropped == 1 else 'are'} left out.")
    return notes


def _timed(answer: Answer, began: float) -> dict[str, float]:
    took = round((time.perf_counter() - began) * 1000, 2)
    return {**answer.timings_ms, "llm": took, "total": round(answer.timings_ms.get("total", 0.0) + took, 2)}

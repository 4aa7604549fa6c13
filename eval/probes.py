"""Fitting the probes of the reranker: what half-read passages say of whether they answer, and with which sentences.

In: training questions, and, where they are at hand, CLAPnq's fitting half (https://arxiv.org/abs/2404.02103) and the
chunking evaluation's marked excerpts. Out: `Probes`.

Our own questions show how people ask of such texts; the other two how many a passage is on the topic and yet no answer,
in texts of every kind. Only numbers are kept of any of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.chunkeval import ChunkQuestion
from eval.chunkeval import load as load_chunkeval
from eval.clapnq import is_measured, load_clapnq
from eval.finding import in_gold_section, passage_places
from eval.metrics import normal, states
from eval.schema import Question
from eval.windows import cut_sentences
from index.build import Progress
from index.model import Span
from rag.answer import Ask
from rag.engine import Engine
from rag.probes import Numbers, Probe, Probes, States
from rag.rank import page_of
from rag.rerank import OnnxReranker, Page

_READ = 5
"""So many passages of what a question finds are examples: as many as the engine reads."""
_OWN_WEIGHT = 3.0
"""An example of our own questions counts for so many of another's."""
_PASSAGE_C, _SENTENCE_C = 0.003, 0.001
"""Inverse ridges; chosen by cross-validation on the training questions, where a factor of three changes little."""
_PAGE_WORDS = 130
_BACK_WORDS = (0, 40, 70)
"""So many words before an excerpt its page begins."""
_MOST_REFERENCES = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A passage read for a question."""

    group: str
    """The question's id: examples of one question are in one fold."""
    weight: float
    states: States
    answers: bool | None
    """Whether it answers; None where that is not known."""
    belongs: tuple[bool, ...] | None
    """Of each sentence, whether it belongs to the answer; None where that is not known."""


def own_examples(
    engine: Engine, reranker: OnnxReranker, questions: Sequence[Question], progress: Progress
) -> list[Example]:
    """What questions find: a passage of a gold section that states a fact answers, one found for a question without an
    answer does not, and of others nothing is known. A sentence that states a fact belongs to the answer.
    """
    place = passage_places(engine)
    found = []
    for question in questions:
        looked = engine.look(Ask(question=question.question, history=question.history), _READ)
        for hit in looked.found.hits[:_READ]:
            page = page_of(engine.snapshot, hit.passage)
            is_gold = question.answerable and in_gold_section(question, place(hit.passage))
            if not is_gold and question.answerable:
                continue
            belongs = tuple(is_gold and _states_any(question, sentence) for sentence in page.sentences)
            found.append(
                Example(
                    question.id,
                    _OWN_WEIGHT,
                    reranker.states(looked.understood.asked, page),
                    None if is_gold and not any(belongs) else is_gold,
                    belongs if is_gold and question.facts else None,
                )
            )
        progress.advance()
    return found


def clapnq_examples(reranker: OnnxReranker, folder: Path, progress: Progress) -> list[Example]:
    """The half of CLAPnq that is for fitting: a passage answers where it has a reference answer, with the sentences
    that annotators chose.
    """
    questions = [question for question in load_clapnq(folder) if not is_measured(question)]
    progress.stage("reading CLAPnq's fitting half", len(questions))
    found = []
    for question in questions:
        page = Page(question.title, tuple(question.sentences))
        answers = bool(question.references)
        chosen = tuple(place in question.chosen for place in range(len(page.sentences)))
        found.append(
            Example(question.id, 1.0, reranker.states(question.input, page), answers, chosen if answers else None)
        )
        progress.advance()
    return found


def chunkeval_examples(reranker: OnnxReranker, folder: Path, progress: Progress) -> list[Example]:
    """A page around each excerpt of the chunking evaluation, which answers with the sentences that are mostly in it;
    and one page after the last excerpt, which does not.
    """
    corpora, questions = load_chunkeval(folder)
    cuts = {name: [span for span, _ in cut_sentences(text)] for name, text in corpora.items()}
    progress.stage("reading the chunking evaluation", len(questions))
    found = []
    for question in questions:
        text, spans = corpora[question.corpus_id], cuts[question.corpus_id]
        for chosen in _pages(question, text, spans):
            page = Page("", tuple(text[span.start : span.end] for span in chosen))
            belongs = tuple(_covered(question, span) > 0.5 for span in chosen)
            answers = any(belongs)
            read = reranker.states(question.question, page)
            found.append(Example(question.id, 1.0, read, answers, belongs if answers else None))
        progress.advance()
    return found


def are_enough(examples: Sequence[Example]) -> bool:
    """Whether something answers and something does not, of passages as of sentences."""
    passages = {example.answers for example in examples} - {None}
    sentences = {belongs for example in examples for belongs in example.belongs or ()}
    return len(passages) == len(sentences) == 2


def fit_probes(examples: Sequence[Example]) -> Probes:
    """Fit both probes: logistic models of standardised states with a ridge, both classes as frequent as they are."""
    known = [example for example in examples if example.answers is not None]
    passage = _logistic(
        np.stack([example.states.whole for example in known]),
        np.array([example.answers for example in known]),
        np.array([example.weight for example in known]),
        _PASSAGE_C,
    )
    marked = [example for example in examples if example.belongs is not None]
    hidden = np.concatenate([example.states.sentences for example in marked])
    belongs = np.concatenate([np.array(example.belongs) for example in marked])
    weights = np.concatenate([np.full(len(example.states.sentences), example.weight) for example in marked])
    read = ~np.isnan(hidden[:, 0])
    return Probes(passage, _logistic(hidden[read], belongs[read], weights[read], _SENTENCE_C))


def _logistic(hidden: Numbers, classes: Numbers, weights: Numbers, inverse_ridge: float) -> Probe:
    mean, scale = hidden.mean(axis=0), hidden.std(axis=0) + 1e-3
    model = LogisticRegression(C=inverse_ridge, max_iter=1000).fit((hidden - mean) / scale, classes, weights)
    slopes = model.coef_[0] / scale
    return Probe(float(model.intercept_[0] - mean @ slopes), slopes.astype(np.float32))


def _states_any(question: Question, sentence: str) -> bool:
    text = normal(sentence)
    return any(states(text, fact) for group in question.facts for fact in group)


def _pages(question: ChunkQuestion, text: str, spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    words = [len(text[span.start : span.end].split()) for span in spans]
    for reference, back in zip(question.references[:_MOST_REFERENCES], _BACK_WORDS, strict=False):
        within = [place for place, span in enumerate(spans) if span.end > reference.start_index]
        if within:
            yield _page(spans, words, _before(words, within[0], back))
    after = max(reference.end_index for reference in question.references)
    beyond = next((place for place, span in enumerate(spans) if span.start >= after), None)
    if beyond is not None:
        yield _page(spans, words, beyond)


def _page(spans: Sequence[Span], words: Sequence[int], first: int) -> Sequence[Span]:
    totals = list(accumulate(words[first : first + _PAGE_WORDS]))
    return spans[first : first + 1 + sum(total < _PAGE_WORDS for total in totals)]


def _before(words: Sequence[int], place: int, back: int) -> int:
    """The place from which there are `back` words up to another."""
    while place > 0 and back > 0:
        place -= 1
        back -= words[place]
    return place


def _covered(question: ChunkQuestion, span: Span) -> float:
    """Share of a span that lies in an excerpt."""
    return max(max(0, min(span.end, r.end_index) - max(span.start, r.start_index)) for r in question.references) / max(
        1, span.end - span.start
    )

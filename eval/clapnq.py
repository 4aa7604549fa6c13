"""CLAPnq with the gold passage given: an answer of several sentences out of one passage, or silence.

In: a folder with `dev_answerable.jsonl` and `dev_unanswerable.jsonl`. Out: a `ClapReport` beside published rows of
table 5 (Rosenthal, Sil, Florian and Roukos 2024, https://arxiv.org/abs/2404.02103).

An answer counts with the reference that it is nearest to; silence counts 0. RougeL is the F of the longest common
subsequence (Lin 2004) of lower-case words without stemming, equal to that of the package rouge-score; the subsequence
is rapidfuzz's. Percentages throughout. The questions are halved by a hash of their id: what our rows fit, they fit on
one half, and every row that is measured here is measured on the other.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz.distance import LCSseq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.errors import EvalError
from index.embedding import Vectors
from rag.rerank import Scorer

WITHIN = 2.0
"""A sentence is part of the answer where the reranker gives it at most so much less than the best one."""
MOST_WORDS = 130
SILENCED = 0.8
"""The threshold is where so many of the unanswerable questions of the fitting half are met with silence."""
_RIDGE = 10.0
_FILES = ("dev_answerable.jsonl", "dev_unanswerable.jsonl")
_TOKEN = re.compile(r"[a-z0-9]+")
_SPACED = (
    (re.compile(r"``\s*"), "“"),
    (re.compile(r"\s*''"), "”"),
    (re.compile(r"\s+([.,;:?!%)\]])"), r"\1"),
    (re.compile(r"([(\[$£])\s+"), r"\1"),
    (re.compile(r"\s+('(?:s|re|ve|ll|d|m|t)|n't)\b"), r"\1"),
)
Embed = Callable[[Sequence[str]], Vectors]


class Passage(BaseModel):
    """The passage of a question, as Wikipedia has it but for spaces between its marks."""

    model_config = ConfigDict(frozen=True)

    title: str
    sentences: tuple[str, ...] = Field(min_length=1)


class Output(BaseModel):
    """One reference answer; empty where there is none."""

    model_config = ConfigDict(frozen=True)

    answer: str
    selected_sentences: tuple[str, ...] = ()
    """The sentences of the passage that it was made of, as the file has them."""


class ClapQuestion(BaseModel):
    """One question with its passage and references."""

    model_config = ConfigDict(frozen=True)

    id: str
    input: str
    passages: tuple[Passage, ...] = Field(min_length=1)
    output: tuple[Output, ...] = Field(min_length=1)

    @property
    def references(self) -> list[str]:
        """The reference answers; none of a question without an answer."""
        return [output.answer for output in self.output if output.answer.strip()]

    @property
    def chosen(self) -> frozenset[int]:
        """The places of the sentences that any reference was made of."""
        selected = {sentence.strip() for output in self.output for sentence in output.selected_sentences}
        return frozenset(i for i, text in enumerate(self.passages[0].sentences) if text.strip() in selected)

    @property
    def title(self) -> str:
        """The title of the page that the passage is from."""
        return plain(self.passages[0].title)

    @property
    def sentences(self) -> list[str]:
        """The sentences of the passage, with spaces as one writes."""
        return [plain(sentence) for sentence in self.passages[0].sentences]


class ClapRow(BaseModel):
    """One system. None where a published row does not say, or where nothing is decided."""

    name: str
    rouge_l: float
    recall: float | None
    """Share of a reference's words that the answer has."""
    characters: float
    """Mean length of an answer to a question that has one."""
    refused: float
    """Share of the questions without an answer that are met with silence."""
    wrongly_refused: float | None = None
    auroc: float | None = None
    """Of a question with an answer and one without, how often the first is held likelier to have one."""
    published: bool = False


class ClapReport(BaseModel):
    """How many questions were fitted and measured on, and all rows."""

    fitted_on: int
    measured_on: int
    rows: list[ClapRow]


@dataclass(frozen=True, slots=True)
class ClapAnswer:
    """What a system says; empty text is silence. `likelihood` orders the questions by how likely an answer is there."""

    text: str
    likelihood: float | None = None


Answers = Mapping[str, ClapAnswer]
"""By question id."""

PUBLISHED = (
    ClapRow(name="CLAPnq-T5-lg, fine-tuned", rouge_l=57.2, recall=68.3, characters=318, refused=89.2, published=True),
    ClapRow(name="GPT-3.5", rouge_l=39.8, recall=58.9, characters=444, refused=37.0, published=True),
    ClapRow(name="Mistral-7B-Instruct", rouge_l=39.0, recall=56.0, characters=384, refused=18.6, published=True),
    ClapRow(name="GPT-4", rouge_l=35.9, recall=67.7, characters=759, refused=18.0, published=True),
    ClapRow(name="FLAN-T5-XXL", rouge_l=22.1, recall=15.0, characters=45, refused=84.0, published=True),
    ClapRow(name="Full passage", rouge_l=49.5, recall=97.4, characters=912, refused=0.0, published=True),
)


def load_clapnq(folder: Path) -> list[ClapQuestion]:
    """All questions, those with an answer first.

    Raises:
        EvalError: a file is missing or malformed; the message names file and line.
    """
    found = []
    for path in (folder / name for name in _FILES):
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise EvalError(f"{path} cannot be read: {error}. Name the folder that holds {_FILES[0]}.") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                found.append(_question(path, number, line))
    if not {True, False} <= {bool(question.references) for question in found}:
        raise EvalError(f"{folder} must hold questions with an answer and questions without. Restore its files.")
    return found


def is_measured(question: ClapQuestion) -> bool:
    """Whether a question belongs to the half that is measured on; the other is for fitting."""
    return hashlib.sha256(question.id.encode()).digest()[-1] % 2 == 1


def plain(text: str) -> str:
    """Text as one writes it: quotation marks for those of a treebank, no space before a comma."""
    for pattern, written in _SPACED:
        text = pattern.sub(written, text)
    return " ".join(text.split())


def rouge_l(answer: str, reference: str) -> float:
    """RougeL F of an answer, 0–1."""
    said, wanted = _tokens(answer), _tokens(reference)
    common = LCSseq.similarity(said, wanted)
    return 2 * common / (len(said) + len(wanted)) if common else 0.0


def word_recall(answer: str, reference: str) -> float:
    """Share of the reference's words that the answer has, each as often as it has it, 0–1."""
    said, wanted = Counter(_tokens(answer)), Counter(_tokens(reference))
    return (said & wanted).total() / wanted.total() if wanted else 0.0


def measure(name: str, questions: Sequence[ClapQuestion], answers: Answers) -> ClapRow:
    """The row of a system over some questions."""
    with_answer = [question for question in questions if question.references]
    without = [question for question in questions if not question.references]
    scores = [_against_nearest(answers[question.id].text, question) for question in with_answer]
    likely = [answers[question.id].likelihood for question in (*with_answer, *without)]
    known = [value for value in likely if value is not None]
    classes = [True] * len(with_answer) + [False] * len(without)
    return ClapRow(
        name=name,
        rouge_l=_per_cent([rouge for rouge, _ in scores]),
        recall=_per_cent([recall for _, recall in scores]),
        characters=round(float(np.mean([len(answers[question.id].text) for question in with_answer])), 0),
        refused=_per_cent([not answers[question.id].text for question in without]),
        wrongly_refused=_per_cent([not answers[question.id].text for question in with_answer]),
        auroc=round(float(roc_auc_score(classes, known)), 3) if len(known) == len(likely) else None,
    )


def whole_passage(questions: Sequence[ClapQuestion]) -> dict[str, ClapAnswer]:
    """The passage as it is: what shows that this measures as the paper does."""
    return {q.id: ClapAnswer(" ".join(q.sentences)) for q in questions}


def by_sentence(
    questions: Sequence[ClapQuestion], reranker: Scorer, embed: Embed, progress: Callable[[], object] = lambda: None
) -> dict[str, ClapAnswer]:
    """Answers of the sentences that the reranker likes, each read under the title of its passage.

    Those within `WITHIN` of the best one are the answer, in order. Whether there is one, a logistic model says, fitted
    on the half that is not measured: of the whole passage's score, the mean of the two best sentences' and the cosine
    of the nearest one.
    """
    chosen, features = [], []
    for question in questions:
        text, said = _chosen(question, reranker, embed)
        chosen.append(text)
        features.append(said)
        progress()
    matrix = np.array(features)
    classes = np.array([bool(question.references) for question in questions])
    fitting = np.array([not is_measured(question) for question in questions])
    model = LogisticRegression(C=_RIDGE, max_iter=2000).fit(matrix[fitting], classes[fitting])
    likely = model.predict_proba(matrix)[:, 1]
    answers = [ClapAnswer(text, float(value)) for text, value in zip(chosen, likely, strict=True)]
    return silenced(questions, {question.id: answer for question, answer in zip(questions, answers, strict=True)})


def silenced(questions: Sequence[ClapQuestion], answers: Answers) -> dict[str, ClapAnswer]:
    """The answers, silent where an answer is held less likely than `SILENCED` of the unanswerable questions of the
    half that is not measured make the threshold.
    """
    fitting = [answers[q.id].likelihood for q in questions if not q.references and not is_measured(q)]
    threshold = float(np.quantile([value for value in fitting if value is not None], SILENCED))
    return {
        name: answer if (answer.likelihood or 0.0) >= threshold else ClapAnswer("", answer.likelihood)
        for name, answer in answers.items()
    }


def choose_sentences(sentences: Sequence[str], scores: Sequence[float]) -> list[int]:
    """The places of the sentences that are nearly as good as the best one, in order, as far as the words go."""
    chosen: list[int] = []
    words = 0
    for place in np.argsort(-np.array(scores), kind="stable").tolist():
        size = len(sentences[place].split())
        if scores[place] < max(scores) - WITHIN or (chosen and words + size > MOST_WORDS):
            continue
        chosen.append(place)
        words += size
    return sorted(chosen)


def _chosen(question: ClapQuestion, reranker: Scorer, embed: Embed) -> tuple[str, tuple[float, ...]]:
    """What would be said, and what speaks for saying it."""
    sentences = question.sentences
    *scores, whole = reranker.score(
        question.input, [f"{question.title}. {text}" for text in (*sentences, " ".join(sentences))]
    )
    asked, *vectors = embed([question.input, *sentences])
    nearest = float((np.array(vectors) @ asked).max())
    text = " ".join(sentences[place] for place in choose_sentences(sentences, scores))
    return text, (whole / 10, float(np.mean(sorted(scores)[-2:])) / 10, nearest)


def _against_nearest(answer: str, question: ClapQuestion) -> tuple[float, float]:
    """RougeL and word recall against the reference that RougeL likes best."""
    return max((rouge_l(answer, reference), word_recall(answer, reference)) for reference in question.references)


def _question(path: Path, number: int, line: str) -> ClapQuestion:
    try:
        return ClapQuestion.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise EvalError(f"{path}:{number}: {place}: {first['msg']}. Correct that line.") from error


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _per_cent(values: Sequence[float | bool] | NDArray[np.float64]) -> float:
    return round(float(np.mean(values)) * 100, 1)

"""CLAPnq asked of the product itself: an index of all its passages, each question with a filter on its own.

In: questions and settings. Out: answers as the engine gives them, frames and marks off, and a `ClapReport`.
"""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import tomlkit

from eval.clapnq import (
    PUBLISHED,
    ClapAnswer,
    ClapQuestion,
    ClapReport,
    by_sentence,
    is_measured,
    load_clapnq,
    measure,
    silenced,
    whole_passage,
)
from eval.score_cache import ScoreCache
from index.build import Progress, build_index
from index.catalogue import FILE
from index.model_files import ensure_export
from index.settings import Settings
from rag.answer import Ask, Filters
from rag.engine import Engine
from rag.rerank import open_reranker

HOME = "clapnq"
"""The folder in BYLINE_HOME that holds the passages, their index and the reranker's scores."""
_MOST_TOKENS = 512


def eval_clapnq(settings: Settings, folder: Path, progress: Progress) -> ClapReport:
    """Ask the product, with its own threshold and with one fitted here, and where there is a reranker the way by
    sentence, beside the whole passage and published rows.

    Raises:
        EvalError: the folder is not this evaluation.
        ModelError: a model is missing.
    """
    questions = load_clapnq(folder)
    measured = [question for question in questions if is_measured(question)]
    engine = passage_engine(settings, questions, progress)
    reranker = open_reranker(settings, _MOST_TOKENS)
    progress.stage("asking", len(questions))
    said = product_answers(engine, questions, progress)
    rows = [
        measure("Full passage, measured here", measured, whole_passage(measured)),
        measure("Byline", measured, said),
        measure("Byline, threshold fitted", measured, silenced(questions, said)),
    ]
    if reranker is not None:
        progress.stage("reading sentence by sentence", len(questions))
        with closing(ScoreCache(reranker, settings.home / HOME / "scores.sqlite", settings.rerank)) as scores:
            answers = by_sentence(questions, scores, engine.embedder.embed, progress.advance)
        rows.append(measure("Byline's models, by sentence", measured, answers))
    return ClapReport(fitted_on=len(questions) - len(measured), measured_on=len(measured), rows=[*rows, *PUBLISHED])


def passage_engine(settings: Settings, questions: Sequence[ClapQuestion], progress: Progress) -> Engine:
    """The engine over an index in which every passage is a volume; what was indexed before is not indexed again."""
    ensure_export(settings.home, settings.model)
    home = settings.home / HOME
    own = settings.model_copy(update={"home": home, "texts": home / "texts", "seeds": home / "seeds"})
    for path in (own.texts, own.seeds / "digests"):
        path.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        (home / "models").symlink_to((settings.home / "models").resolve(), target_is_directory=True)
    volumes = [_volume(question, own.texts) for question in questions]
    (own.seeds / FILE).write_text(tomlkit.dumps({"volume": volumes}), encoding="utf-8")
    build_index(own, progress)
    return Engine.open(own)


def product_answers(engine: Engine, questions: Sequence[ClapQuestion], progress: Progress) -> dict[str, ClapAnswer]:
    """What the engine says, each question asked of its own passage."""
    answers = {}
    for question in questions:
        found = engine.ask(Ask(question=question.input, filters=Filters(volumes=[_id(question)])))
        said = " ".join(sentence.text for sentence in found.sentences)
        likely = found.confidence if found.status == "answered" else 1.0 - found.confidence
        answers[question.id] = ClapAnswer(said, likely)
        progress.advance()
    return answers


def _id(question: ClapQuestion) -> str:
    return f"q{question.id}"


def _volume(question: ClapQuestion, texts: Path) -> dict[str, str]:
    """The catalogue entry of a passage, whose text is written to a file of its own."""
    text = f"# {question.title}\n\n{' '.join(question.sentences)}\n".encode()
    path = texts / f"{_id(question)}.md"
    path.write_bytes(text)
    return {
        "id": _id(question),
        "title": question.title,
        "file": path.name,
        "sha256": hashlib.sha256(text).hexdigest(),
        "rights": "CC BY-SA",
    }

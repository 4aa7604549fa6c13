"""The reranker reads question and text together: the pinned model, any CrossEncoder, or none."""

import json
import shutil
import time
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from index.errors import ModelError
from index.settings import DEFAULT_RERANKER, RERANK_OFF, Settings
from rag.errors import Cancelled, TookTooLong
from rag.rerank import OnnxReranker, Reranker, TransformersReranker, _default_folder, open_reranker
from rag.watch import Watch, ended_by, watched_by

WARM_OIL = "how is the oil of a lamp kept warm in winter?"
ANSWER = "In winter the keepers stand the oil beside the stove, so that it stays warm and runs."
TEXTS = (
    "The bell is rung three times for a boat.", "Blue threads look green by lamplight.", ANSWER,
    "The harbour master writes the log.", "Fog has no edges.", "Oil is sold by the barrel at the quay.", "x",
    "A pendulum is as tall as a door. " * 12, "The weaver moved her loom to the north window. " * 5,
    "Lamps are trimmed at dusk.", "",
)  # fmt: skip
NOISE = 1e-4
"""Logits by which a score may move between runs."""


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    opened = open_reranker(Settings(threads=1))
    assert opened is not None
    return opened


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a CrossEncoder with random weights."""
    import torch
    from sentence_transformers import CrossEncoder
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross-encoder")
    words = sorted({word.strip(".?,") for text in (WARM_OIL, *TEXTS) for word in text.split()})
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *".?,", *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=256, initializer_range=0.5,
    )  # fmt: skip
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder / "bare")
    tokenizer.save(str(folder / "bare" / "tokenizer.json"))
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    says = {"tokenizer_class": "PreTrainedTokenizerFast", **special}
    (folder / "bare" / "tokenizer_config.json").write_text(json.dumps(says), encoding="utf-8")
    CrossEncoder(str(folder / "bare"), device="cpu").save_pretrained(str(folder / "saved"))
    return folder / "saved"


def test_the_default_model_is_found_in_its_wheel_and_opened(reranker: Reranker) -> None:
    assert isinstance(reranker, OnnxReranker)
    assert Settings().rerank == DEFAULT_RERANKER


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(_default_folder(), tmp_path / "model"))
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match=name) as caught:
        OnnxReranker.open(folder, threads=1)
    assert "BYLINE_RERANK=off" in str(caught.value)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_is_missing_is_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(_default_folder(), tmp_path / "model"))
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        OnnxReranker.open(folder, threads=1)


def test_the_text_that_answers_comes_first_by_far(reranker: Reranker) -> None:
    scores = reranker.score(WARM_OIL, TEXTS)
    assert len(scores) == len(TEXTS)
    best, second = sorted(scores, reverse=True)[:2]
    assert scores[TEXTS.index(ANSWER)] == best
    assert best - second > 3


def test_another_question_is_answered_by_another_text(reranker: Reranker) -> None:
    scores = reranker.score("how often is the bell rung for a boat?", TEXTS)
    assert int(np.argmax(scores)) == 0


def test_the_same_texts_score_the_same_in_any_order(reranker: Reranker) -> None:
    few = TEXTS[:6]
    order = [3, 0, 5, 2, 4, 1]
    scores = reranker.score(WARM_OIL, few)
    assert reranker.score(WARM_OIL, few) == scores
    np.testing.assert_allclose(
        reranker.score(WARM_OIL, [few[place] for place in order]), [scores[place] for place in order], atol=1e-4
    )


def test_a_text_scores_alone_what_it_scores_among_others(reranker: Reranker) -> None:
    together = reranker.score(WARM_OIL, TEXTS)
    alone = [reranker.score(WARM_OIL, [text])[0] for text in TEXTS]
    np.testing.assert_allclose(together, alone, atol=NOISE)
    assert int(np.argmax(together)) == int(np.argmax(alone)) == TEXTS.index(ANSWER)


def test_no_texts_have_no_scores(reranker: Reranker) -> None:
    assert reranker.score(WARM_OIL, []) == []


def test_a_long_question_leaves_the_text_its_place(reranker: Reranker) -> None:
    asked = WARM_OIL + " " + "I ask because the keepers of our tower are cold at night. " * 40
    scores = reranker.score(asked, TEXTS[:4])
    assert int(np.argmax(scores)) == TEXTS.index(ANSWER)
    assert max(scores) - sorted(scores)[-2] > 1
    assert reranker.score(asked + "And what of the bell?", TEXTS[:4]) == scores


@pytest.mark.parametrize(
    "asked",
    [
        "https://example.org/" + "lamp-oil-" * 200,
        "塔楼为何在夜里温热" * 40,
        "windowsills-" * 300,
        " ".join(["zyxwvutsrq"] * 60),
    ],
)
def test_a_question_of_very_long_words_is_read_as_far_as_it_goes(reranker: Reranker, asked: str) -> None:
    assert len(reranker.score(asked, TEXTS[:3])) == 3


def test_what_stands_beyond_the_window_is_not_read(reranker: Reranker) -> None:
    padding = "The weaver moved her loom to the north window. " * 60
    behind, before = reranker.score(WARM_OIL, [padding + ANSWER, ANSWER + " " + padding])
    (without,) = reranker.score(WARM_OIL, [padding])
    assert abs(behind - without) < NOISE
    assert before - behind > 3


def test_reading_stops_in_the_middle_of_a_text_when_nobody_waits_any_longer(reranker: Reranker) -> None:
    long = ["The weaver moved her loom to the north window. " * 60] * 8
    began = time.perf_counter()
    reranker.score(WARM_OIL, long)
    whole = time.perf_counter() - began
    watch = Watch()
    goes = Timer(whole / 16, watch.cancel)
    began = time.perf_counter()
    goes.start()
    with watched_by(watch), pytest.raises(Cancelled):
        reranker.score(WARM_OIL, long)
    assert time.perf_counter() - began < whole / 2
    with ended_by(time.monotonic() + whole / 16), pytest.raises(TookTooLong):
        reranker.score(WARM_OIL, long)
    assert len(reranker.score(WARM_OIL, TEXTS)) == len(TEXTS), "and it goes on reading for others"


def test_off_is_none() -> None:
    assert open_reranker(Settings(rerank=RERANK_OFF)) is None


def test_a_folder_with_a_cross_encoder_is_a_reranker(cross_encoder: Path) -> None:
    opened = open_reranker(Settings(rerank=str(cross_encoder)))
    assert isinstance(opened, TransformersReranker)
    scores = opened.score(WARM_OIL, TEXTS)
    assert len(set(np.round(scores, 4))) > 5
    np.testing.assert_allclose(scores, [opened.score(WARM_OIL, [text])[0] for text in TEXTS], atol=1e-4)


def test_a_name_that_is_no_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name in (str(tmp_path), str(tmp_path / "nothing-here")):
        with pytest.raises(ModelError, match="BYLINE_RERANK"):
            open_reranker(Settings(rerank=name))

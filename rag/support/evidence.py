"""What models say of a retold sentence: a further condition beside its words, never a substitute for them.

In: a sentence and the sources it cites. Out: a reason against it, or none. The embedder and the reranker are those that
find passages; a CrossEncoder of natural language inference may be named (`BYLINE_NLI`).
"""

import warnings
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from index.embedding import Embedder
from index.errors import ModelError
from rag.rerank import Reranker
from rag.support.verdict import Source

LEAST_COSINE = 0.5
"""Between a retold sentence and what it cites; sentences of one piece that say different things are below."""
LEAST_RELEVANCE = 0.0
"""The default reranker's logit of the cited text for the sentence as a question; unrelated texts are near −10."""
_ENTAILED = 0.5
_PREMISE_TOKENS = 512


class Entailment(Protocol):
    """Says how likely a text entails a sentence."""

    def probability(self, text: str, sentence: str) -> float:
        """Between 0 and 1."""
        ...


class Evidence:
    """The models that a retold sentence must convince; those that are None are not asked."""

    def __init__(
        self, embedder: Embedder | None, reranker: Reranker | None = None, entailment: Entailment | None = None
    ) -> None:
        self._embedder = embedder
        self._reranker = reranker
        self._entailment = entailment

    def against(self, sentence: str, cited: Sequence[Source]) -> str:
        """Why a model objects; empty where none does."""
        text = " ".join(source.text for source in cited)
        if self._embedder is not None:
            one, other = self._embedder.embed([sentence, text])
            if float(one @ other) < LEAST_COSINE:
                return "it is far from what it cites"
        if self._reranker is not None and self._reranker.score(sentence, [text])[0] < LEAST_RELEVANCE:
            return "what it cites does not speak to it"
        if self._entailment is not None and self._entailment.probability(text, sentence) < _ENTAILED:
            return "what it cites does not entail it"
        return ""


class CrossEncoderEntailment:
    """A sentence-transformers CrossEncoder that tells entailment from contradiction; needs torch while it serves."""

    def __init__(self, name: str) -> None:
        """Load a model by name or from a folder.

        Raises:
            ModelError: there is none, or none of its labels is entailment.
        """
        from sentence_transformers import CrossEncoder

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._model = CrossEncoder(name, device="cpu", max_length=_PREMISE_TOKENS)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"No CrossEncoder {name!r}. Set BYLINE_NLI to the name or folder of one, or unset it."
            ) from error
        labels = {str(label).casefold(): int(place) for place, label in self._model.model.config.id2label.items()}
        if "entailment" not in labels:
            raise ModelError(
                f"{name!r} has no label `entailment`. Set BYLINE_NLI to a model of inference, or unset it."
            )
        self._label = labels["entailment"]

    def probability(self, text: str, sentence: str) -> float:
        """The softmax of the label `entailment`."""
        logits = np.asarray(self._model.predict([(text, sentence)], show_progress_bar=False), dtype=np.float64).reshape(
            -1
        )
        shares = np.exp(logits - logits.max())
        return float(shares[self._label] / shares.sum())

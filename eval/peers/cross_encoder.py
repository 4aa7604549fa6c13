"""The cross-encoder for peers: Byline's model, reading as much of a pair as it can.

In: settings. Out: a scorer. Byline reads windows of its passages and cuts a pair short; a library's user hands over
whole chunks, cut where the model ends.
"""

from eval.peers.peer import Scorer
from index.settings import Settings
from rag.rerank import open_reranker

_MOST_TOKENS = 512


def open_scorer(settings: Settings) -> Scorer | None:
    """The reranker that the settings name; None where it is off.

    Raises:
        ModelError: it is not there, or its files are not the ones pinned.
    """
    return open_reranker(settings, _MOST_TOKENS)

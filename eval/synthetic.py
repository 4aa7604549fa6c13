"""Made-up passages in any number, for measuring search at sizes that the texts do not reach.

In: vectors of real sentences, shape (sentences, dimensions). Out: vectors of passages and of questions.

A tenth of the sentences are the questions: real vectors of short texts, of which no passage is made. The rest are what
passages are mixed from. A person writes about three things, each a run of 40 neighbouring sentences; a passage is a
random mixture of four sentences of one of them (Dirichlet weights of 0.5, so that one or two prevail), turned away from
it by isotropic noise to a cosine of 0.75 to 0.98. A person's passages stand in a row, as they do in a real index. So
passages crowd where sentences do and a filter by person goes with the subject, while no question is made as rows are.

It is no easier than what it imitates: among 5,000 rows the 10 nearest of a question lie among the first 200 by sign
bits (see index/vectors.py) in 94 %, where the five volumes' own passages and sentences give 98 %.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from eval.errors import EvalError
from index.vectors import Vectors

PASSAGES_A_PERSON = 250
FEWEST_SENTENCES = 400
_HELD_OUT = 10
_SUBJECTS, _RUN, _MIXED, _WEIGHTS = 3, 40, 4, 0.5
_CLOSENESS = (0.75, 0.98)


def hold_out(sentences: NDArray[np.float16], random: np.random.Generator) -> tuple[Vectors, Vectors]:
    """The sentences that passages are made of, in their order, and those that ask, shuffled; as unit vectors.

    Raises:
        EvalError: there are too few to make anything lifelike of.
    """
    if len(sentences) < FEWEST_SENTENCES:
        raise EvalError(
            f"The index holds {len(sentences)} sentences; passages are made of {FEWEST_SENTENCES} at least. "
            "Index more text, as with `byline add`."
        )
    order = random.permutation(len(sentences))
    asking, material = order[: len(order) // _HELD_OUT], np.sort(order[len(order) // _HELD_OUT :])
    return _unit(sentences[material].astype(np.float32)), _unit(sentences[asking].astype(np.float32))


def make_passages(
    material: Vectors, rows: int, random: np.random.Generator, done: Callable[[int], None] = lambda rows: None
) -> Vectors:
    """Unit vectors of `rows` passages, person after person, shape (rows, dimensions); `done` hears how many more."""
    passages = np.empty((rows, material.shape[1]), dtype=np.float32)
    for start in range(0, rows, PASSAGES_A_PERSON):
        block = passages[start : start + PASSAGES_A_PERSON]
        block[:] = _write(material, len(block), random)
        done(len(block))
    return passages


def _write(material: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """What one person writes."""
    subjects = random.integers(0, len(material) - _RUN, _SUBJECTS)
    begins = subjects[random.integers(0, _SUBJECTS, count)]
    chosen = material[begins[:, None] + random.integers(0, _RUN, (count, _MIXED))]
    weights = random.dirichlet(np.full(_MIXED, _WEIGHTS), count).astype(np.float32)
    mixed = _unit(np.einsum("rm,rmd->rd", weights, chosen))
    noise = _unit(random.standard_normal(mixed.shape, dtype=np.float32))
    turn = np.tan(np.arccos(random.uniform(*_CLOSENESS, (count, 1)))).astype(np.float32)
    return _unit(mixed + turn * noise)


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit

"""Cutting sections into passages: what is embedded and ranked.

In: a volume as read. Out: `Passage`s of 60–120 words, each a run of citable sentences of one section.
"""

from collections.abc import Iterator

from index.model import CITABLE_VOICES, PROSE_KINDS, Passage, Section, Volume

_LEAST_WORDS = 60
_MOST_WORDS = 120
_LONG_WORD = 8
"""Characters that count as a word where words have no spaces between them."""
LEAST_SENTENCE_WORDS = 4


def cut_passages(volume: Volume) -> Iterator[Passage]:
    """The passages of a volume in reading order. Notes, contents pages and front matter have none."""
    for section in volume.sections:
        if section.kind in PROSE_KINDS:
            header = passage_header(volume, section)
            for first, last in _runs(section):
                text = " ".join(section.sentences[i].text for i in range(first, last + 1) if is_citable(section, i))
                yield Passage(section.id, first, last, header, text)


def embeddable_sentences(volume: Volume) -> Iterator[tuple[str, int, str]]:
    """Section id, ordinal and text of every sentence that may be cited and is long enough to mean something alone."""
    for section in volume.sections:
        if section.kind in PROSE_KINDS:
            for ordinal, sentence in enumerate(section.sentences):
                if is_citable(section, ordinal) and len(sentence.text.split()) >= LEAST_SENTENCE_WORDS:
                    yield section.id, ordinal, sentence.text


def passage_header(volume: Volume, section: Section) -> str:
    """Who speaks, in which piece of which volume: the words that a passage itself never says."""
    people = ", ".join(f"{a.name} ({a.role})" if a.role else a.name for a in section.byline.authors)
    parts = [people, section.title, section.parent or "", volume.title]
    return " · ".join(part for part in parts if part)


def is_citable(section: Section, ordinal: int) -> bool:
    """Whether a sentence may stand in an answer."""
    return section.sentences[ordinal].voice in CITABLE_VOICES


def _runs(section: Section) -> Iterator[tuple[int, int]]:
    """Runs of sentence ordinals `(first, last)` of 60–120 words; only a whole short section makes a shorter one."""
    runs: list[tuple[int, int, int]] = []
    first, last, words = -1, -1, 0
    for ordinal, sentence in enumerate(section.sentences):
        if not is_citable(section, ordinal):
            continue
        size = max(len(sentence.text.split()), len(sentence.text) // _LONG_WORD)
        if words >= _LEAST_WORDS and (words + size > _MOST_WORDS or _begins_paragraph(section, last, ordinal)):
            runs.append((first, last, words))
            first, words = -1, 0
        first = ordinal if first < 0 else first
        last, words = ordinal, words + size
    if words:
        runs.append((first, last, words))
    yield from _merge_short_end(runs)


def _begins_paragraph(section: Section, last: int, ordinal: int) -> bool:
    return (
        section.sentences[ordinal].paragraph != section.sentences[last].paragraph
        and not section.sentences[ordinal].is_list_item
    )


def _merge_short_end(runs: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    if len(runs) > 1 and runs[-1][2] < _LEAST_WORDS and runs[-1][2] + runs[-2][2] <= _MOST_WORDS + _LEAST_WORDS // 2:
        runs[-2:] = [(runs[-2][0], runs[-1][1], runs[-2][2] + runs[-1][2])]
    for first, last, _ in runs:
        yield first, last

"""Questions of an evaluation set out of what readers said of answers.

In: feedback. Out: a question for each answer, by what was said of it last. What was called right, with citations that
are true, says where a right answer is; what was called wrong says so where the reader named sections, and else waits
for somebody to fill that in, as its note says. Required facts are always left to somebody who reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eval.schema import Gold, Question
from index.snapshot import Snapshot
from rag.answer import Answer
from rag.feedback import Feedback

_KIND = "feedback"
_FILL_IN = "Fill in gold: where a right answer is, it does not say."


def questions_from(feedback: Iterable[Feedback], snapshot: Snapshot, files: Mapping[str, str]) -> list[Question]:
    """A question for each answer, the newest feedback on it first.

    Args:
        feedback: what was said, the newest first.
        snapshot: the index, for the sections that readers named.
        files: the name of each volume's full text by the volume's id.
    """
    last: dict[str, Feedback] = {}
    for said in feedback:
        last.setdefault(str(said.answer["id"]), said)
    return [_question(said, snapshot, files) for said in last.values()]


def write_questions(path: Path, questions: Sequence[Question]) -> None:
    """Write questions as JSONL, what is empty left out; raises OSError where the file cannot be written."""
    lines = [question.model_dump_json(exclude_defaults=True) for question in questions]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _question(said: Feedback, snapshot: Snapshot, files: Mapping[str, str]) -> Question:
    answer = Answer.model_validate(said.answer)
    gold = [_named(section_id, snapshot, files) for section_id in said.sections if section_id in snapshot.section_refs]
    if said.verdict in ("right", "incomplete") and said.is_true:
        gold += _cited(answer, snapshot, files)
    answerable = answer.status == "answered" or said.verdict != "right"
    heard = {name for citation in answer.citations for name in citation.authors}
    should = {name for place in gold for name in place.authors}
    notes = [f"Readers called the answer {said.verdict.replace('_', ' ')}.", said.comment]
    if answerable and not gold:
        notes.append(_FILL_IN)
    return Question.model_validate(
        {
            "id": f"fb-{said.id}",
            "question": answer.standalone_question or answer.question,
            "kind": _KIND,
            "answerable": answerable,
            "gold": gold if answerable else [],
            "forbid": sorted(heard - should) if said.verdict == "wrong_person" else [],
            "note": " ".join(note for note in notes if note),
        }
    )


def _cited(answer: Answer, snapshot: Snapshot, files: Mapping[str, str]) -> list[Gold]:
    """A place for each section cited, from the first line cited to the last; of a digest, what the section is of."""
    places: dict[str, Gold] = {}
    for citation in answer.citations:
        if citation.edition == "digest":
            places[citation.section_id] = _named(citation.section_id, snapshot, files)
            continue
        first, last = citation.lines
        before = places.get(citation.section_id)
        places[citation.section_id] = Gold(
            doc=files.get(citation.volume_id, citation.file),
            section=citation.section,
            authors=citation.authors,
            start_line=min(first, before.start_line) if before else first,
            end_line=max(last, before.end_line) if before else last,
        )
    return list(places.values())


def _named(section_id: str, snapshot: Snapshot, files: Mapping[str, str]) -> Gold:
    section = snapshot.section(section_id)
    first, last = section.source_lines or section.lines
    return Gold(
        doc=files.get(section.volume_id, section.file),
        section=section.title,
        authors=[author.name for author in section.authors],
        start_line=first,
        end_line=last,
    )

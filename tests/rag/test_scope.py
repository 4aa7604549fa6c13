"""A filter is exact, takes names and ids, and is an error where it names nothing."""

import pytest

from index.errors import NotFound
from rag.answer import Filters
from rag.engine import Engine
from rag.scope import both, filter_mask, rows_by


def sections(engine: Engine, filters: Filters) -> set[str]:
    """The sections whose passages a filter leaves."""
    mask = filter_mask(engine.snapshot, engine.lexicon, filters)
    assert mask is not None
    return {section for section, kept in zip(engine.snapshot.passage_sections, mask, strict=True) if kept}


def test_no_filter_is_no_mask(any_engine: Engine) -> None:
    assert filter_mask(any_engine.snapshot, any_engine.lexicon, Filters()) is None


def test_a_person_is_all_they_wrote_and_nothing_else(any_engine: Engine) -> None:
    indexed = set(any_engine.snapshot.passage_sections)
    for person in any_engine.lexicon.people:
        expected = {ref.id for ref in person.sections} & indexed
        assert sections(any_engine, Filters(people=[person.name])) == expected
        assert sections(any_engine, Filters(people=[person.id])) == expected


def test_a_volume_is_its_sections(any_engine: Engine) -> None:
    refs = any_engine.snapshot.section_refs
    for volume in any_engine.lexicon.volumes:
        found = sections(any_engine, Filters(volumes=[volume.id]))
        assert found
        assert {refs[section].volume_id for section in found} == {volume.id}


def test_values_of_a_filter_add_and_filters_narrow(any_engine: Engine) -> None:
    harkers = Filters(people=["Lisa Harker", "Lorraine Harker"])
    one = sections(any_engine, Filters(people=["Lisa Harker"]))
    assert one < sections(any_engine, harkers)
    narrowed = harkers.model_copy(update={"volumes": ["rethinking-childrens-services"]})
    assert sections(any_engine, narrowed) == one


def test_filters_that_exclude_each_other_leave_nothing(any_engine: Engine) -> None:
    assert not sections(any_engine, Filters(people=["Lisa Harker"], volumes=["adcs-blog"]))


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (Filters(people=["Harkness"]), "Harkness"),
        (Filters(people=[""]), "people"),
        (Filters(people=["Lisa Harker", "Nobody"]), "Nobody"),
        (Filters(volumes=["no-such-volume"]), "no-such-volume"),
        (Filters(volumes=["Shining a Light"]), "Shining a Light"),
        (Filters(sections=["no/such-section"]), "no/such-section"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(any_engine: Engine, filters: Filters, named: str) -> None:
    with pytest.raises(NotFound, match=named):
        filter_mask(any_engine.snapshot, any_engine.lexicon, filters)


def test_masks_narrow_each_other(any_engine: Engine) -> None:
    lisa, lorraine = ([p] for p in any_engine.lexicon.people if p.name.endswith("Harker"))
    left, right = rows_by(any_engine.snapshot, lisa), rows_by(any_engine.snapshot, lorraine)
    crossed, alone = both(left, right), both(None, left)
    assert both(None, None) is None
    assert crossed is not None
    assert alone is not None
    assert not crossed.any()
    assert (alone == left).all()

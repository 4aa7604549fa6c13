"""One person is one person in every volume, and two people are two however alike their names are."""

from index.model import Person
from index.people import gather_people
from tests.index.collection import read


def _people(*bylines: str) -> dict[str, Person]:
    """Everybody on the bylines of volumes with one piece each, by name."""
    volumes = [
        read(
            f"# Papers\n\n## The lamp\n\n**{byline}**\n\nIt is lit at dusk.\n\n## Notes\n\n1. By hand.\n", f"volume-{n}"
        )
        for n, byline in enumerate(bylines, start=1)
    ]
    people = gather_people(volumes)
    found = {person.name: person for person in people}
    assert len(found) == len(people)
    return found


def test_the_same_name_in_two_volumes_is_one_person_with_both_pieces_and_offices() -> None:
    people = _people("Ada Thorne, head keeper and director", "Ada Thorne, trustee")
    assert list(people) == ["Ada Thorne"]
    assert people["Ada Thorne"].section_ids == ("volume-1/the-lamp", "volume-2/the-lamp")
    assert [role.text for role in people["Ada Thorne"].roles] == ["head keeper and director", "trustee"]


def test_an_honorific_or_an_accent_makes_no_other_person() -> None:
    people = _people("Dr Siân O'Neill, nurse", "Sian O’Neill, nurse")
    assert list(people) == ["Siân O'Neill"]
    assert people["Siân O'Neill"].aliases == ("Dr Siân O'Neill", "Sian O’Neill")


def test_two_people_with_one_surname_are_kept_apart() -> None:
    people = _people("Ada Thorne, nurse", "Oswin Thorne, teacher")
    assert {name: person.section_ids for name, person in people.items()} == {
        "Ada Thorne": ("volume-1/the-lamp",),
        "Oswin Thorne": ("volume-2/the-lamp",),
    }


def test_both_writers_of_one_piece_have_it() -> None:
    people = _people("Ada Thorne, nurse, and Ben Okafor, teacher")
    assert people["Ada Thorne"].section_ids == people["Ben Okafor"].section_ids == ("volume-1/the-lamp",)


def test_people_come_in_the_order_of_their_first_piece() -> None:
    assert list(_people("Zoe Ash, nurse", "Ada Thorne, nurse")) == ["Zoe Ash", "Ada Thorne"]


def test_no_two_people_have_one_id() -> None:
    people = _people("Anne-Marie Dent, nurse", "Anne Marie Dent, teacher")
    assert len({person.id for person in people.values()}) == len(people)


def test_nobody_is_a_person_by_being_mentioned() -> None:
    assert (
        gather_people([read("# Papers\n\n## The lamp\n\nAda Thorne lit it.\n\n## The bell\n\nBen Okafor rang it.\n")])
        == ()
    )

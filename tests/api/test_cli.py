"""The command line does what its help says, and says in one sentence what stands in the way."""

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from api.cli import app
from eval.runner import EvalReport
from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import PACKAGE_ROOT, Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from tests.api.command import byline, help_of
from tests.conftest import SilentProgress
from tests.index.collection import Collection, make_collection

COMMANDS = tuple(command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands)
SPEAK_JSON = tuple(name for name in COMMANDS if name not in {"serve", "mcp", "slack", "calibrate"})
HARKER = "what did Harker say about schools?"
ZEBRA = "how far can a zebra jump on Neptune?"
BELL = "what does Okafor say about the great bell?"
DIGEST = "seeds/digests/rethinking-childrens-services.md"
HEAVY = ("torch", "sentence_transformers", "transformers", "llama_index", "sklearn")


@pytest.fixture
def collection(tmp_path: Path, digest_settings: Settings) -> Collection:
    """A volume whose full text is there, not yet indexed."""
    made = make_collection(tmp_path / "collection", ensure_export(digest_settings.home, DEFAULT_MODEL).parent)
    made.put_digest("## The bell\n\n**Benedict Okafor**, director\n\n<!-- lines 1-9 -->\n\n" + _BELL)
    (made.texts / "harbour-papers.txt").write_text(f"THE BELL\n\nBenedict Okafor, Director\n\n{_BELL}\n", "utf-8")
    made.put_catalogue()
    return made


_BELL = (
    "The great bell weighs as much as four oxen and is heard for two miles when the wind is kind. Three strokes of the "
    "great bell tell a boat from a church. Fishermen take turns at the rope, since the harbour master cannot ring all "
    "night and write the log as well."
)


@pytest.fixture
def indexed(collection: Collection) -> Collection:
    """The same, indexed."""
    build_index(collection.settings, SilentProgress())
    return collection


def test_the_help_names_every_command_at_once() -> None:
    ran = help_of()
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)
    assert ran.seconds < 2


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_an_example(name: str) -> None:
    ran = help_of(name)
    assert ran.code == 0
    assert re.search(rf"Example: .*byline {name}\b", ran.out)
    assert ran.seconds < 2


@pytest.mark.parametrize("name", SPEAK_JSON)
def test_a_command_speaks_json(name: str) -> None:
    assert "--json" in help_of(name).out


def test_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, api.cli; print([name for name in {HEAVY} if name in sys.modules])"
    assert byline(code=code).out == "[]\n"


@pytest.mark.usefixtures("engine")
def test_json_is_the_contract_and_an_answer_needs_no_torch(settings: Settings) -> None:
    code = (
        "import sys; from api.cli import app; app(standalone_mode=False); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    ran = byline("ask", "--json", HARKER, settings=settings, code=code)
    assert (ran.code, ran.err) == (0, "[]\n")
    assert Answer.model_validate_json(ran.out, strict=True).status == "answered"


@pytest.mark.usefixtures("engine")
def test_an_index_of_unchanged_texts_is_up_to_date_at_once(settings: Settings) -> None:
    ran = byline("index", settings=settings)
    assert ran.code == 0
    assert "up to date" in ran.out
    assert "Nothing was embedded" in ran.out
    assert ran.seconds < 3


def test_the_second_index_embeds_nothing(collection: Collection) -> None:
    first, second = (byline("index", "--json", settings=collection.settings) for _ in range(2))
    before, after = (json.loads(ran.out) for ran in (first, second))
    assert before["published"]
    assert before["embedded"] > 0
    assert before["seconds"]
    assert not after["published"]
    assert after["embedded"] == 0
    assert (after["generation"], after["counts"]) == (before["generation"], before["counts"])
    assert second.seconds < 3


@pytest.mark.usefixtures("digest_engine")
def test_an_index_of_digests_says_so(digest_settings: Settings) -> None:
    ran = byline("index", settings=digest_settings)
    assert ran.out.count("read from its digest") == 5


@pytest.mark.usefixtures("engine")
def test_an_answer_is_printed_with_its_bylines(settings: Settings) -> None:
    ran = byline("ask", HARKER, settings=settings)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Lisa Harker, in ")
    bylines = re.findall(r"^ *\[(\d+)\] (.*)$", ran.out, re.M)
    assert bylines
    for _, line in bylines:
        assert line.startswith("Lisa Harker, Demand management as the driver")
        assert re.search(r"Rethinking Children's Services, lines? \d+(–\d+)? of 001_568d8223010ebe06\.txt$", line)
    assert "Lorraine Harker also writes" in ran.out


@pytest.mark.usefixtures("digest_engine")
def test_a_digest_is_called_one(digest_settings: Settings) -> None:
    ran = byline("ask", HARKER, settings=digest_settings)
    assert ran.code == 0
    assert "digest" in ran.out.split("[1]")[0]
    assert "(digest)" in ran.out
    assert "the words are ours" in ran.out


@pytest.mark.usefixtures("digest_engine")
def test_an_abstention_ends_with_three(digest_settings: Settings) -> None:
    ran = byline("ask", ZEBRA, settings=digest_settings)
    assert (ran.code, ran.err) == (3, "")
    assert "Nothing that answers this was found in the collection." in ran.out


@pytest.mark.usefixtures("digest_engine")
def test_an_answer_can_be_restricted(digest_settings: Settings) -> None:
    options = ("--person", "Lorraine Harker", "--volume", "getting-to-the-heart-of-it", "--json")
    ran = byline("ask", "what changed for the teams?", *options, settings=digest_settings)
    answer = Answer.model_validate_json(ran.out)
    assert all(citation.authors == ["Lorraine Harker"] for citation in answer.citations)


@pytest.mark.usefixtures("digest_engine")
@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("",), 64, "empty"),
        ((HARKER, "--volume", "no-such-volume"), 66, "no-such-volume"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    digest_settings: Settings, arguments: tuple[str, ...], code: int, named: str
) -> None:
    ran = byline("ask", *arguments, settings=digest_settings)
    assert named in ran.sentence
    assert ran.code == code


def test_an_unknown_command_is_a_usage_error() -> None:
    assert byline("answer").code == 2


def test_the_outline_of_a_digest_names_its_writers(digest_settings: Settings) -> None:
    ran = byline("outline", DIGEST, settings=digest_settings)
    assert ran.code == 0
    assert "Lisa Harker" in ran.out
    assert "Voices: " in ran.out


def test_the_outline_of_a_text_is_json_too(collection: Collection) -> None:
    ran = byline("outline", "--json", str(collection.texts / "harbour-papers.txt"), settings=collection.settings)
    (bell,) = (piece for piece in json.loads(ran.out)["pieces"] if piece["title"].casefold() == "the bell")
    assert (bell["authors"], bell["byline"]) == (["Benedict Okafor"], "printed")


def test_the_outline_of_nothing_is_refused(collection: Collection) -> None:
    ran = byline("outline", "no-such-file.txt", settings=collection.settings)
    assert "no-such-file.txt" in ran.sentence
    assert ran.code == 66


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({"id": "t-1", "question": ZEBRA, "kind": "unanswerable", "answerable": False}), "utf-8")
    return path


@pytest.mark.usefixtures("digest_engine")
def test_an_evaluation_that_misses_a_gate_ends_with_one(digest_settings: Settings, questions: Path) -> None:
    gates = ("--min", "right=1.0", "--min", "abstain_recall=1.1")
    ran = byline("eval", str(questions), *gates, "--json", settings=digest_settings)
    assert EvalReport.model_validate_json(ran.out).overall["right"] == 1.0
    assert ran.err == "Missed: abstain_recall is 1.000, below 1.1.\n"
    assert ran.code == 1


@pytest.mark.usefixtures("digest_engine")
def test_a_malformed_question_is_named(digest_settings: Settings, questions: Path) -> None:
    questions.write_text("{}\n", "utf-8")
    file = byline("eval", str(questions), settings=digest_settings)
    assert "questions.jsonl:1" in file.sentence
    assert file.code == 65


@pytest.mark.parametrize("arguments", [("ask", HARKER), ("serve",)])
def test_without_an_index_it_says_how_to_make_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = byline(*arguments, settings=Settings(home=tmp_path, port=0))
    assert "Run `byline index`" in ran.sentence
    assert ran.code == 69


@pytest.mark.parametrize(("name", "value"), [("BYLINE_PORT", "eight"), ("BYLINE_TEXTS", "/no/such/folder")])
def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    ran = byline("index", settings=Settings(home=tmp_path), **{name: value})
    assert name in ran.sentence
    assert ran.code == 78


def test_a_home_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", "utf-8")
    ran = byline("index", settings=Settings(home=tmp_path / "home"))
    assert "BYLINE_HOME" in ran.sentence
    assert ran.code == 73


@pytest.mark.usefixtures("digest_engine")
def test_a_port_in_use_is_named(digest_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = byline("serve", settings=Settings(home=digest_settings.home, port=port))
    assert f"Port {port}" in ran.sentence
    assert ran.code == 69


def test_two_index_runs_do_not_meet(collection: Collection) -> None:
    with FileLock(collection.home / "index.lock"):
        ran = byline("index", settings=collection.settings)
    assert "under way" in ran.sentence
    assert ran.code == 75


def remove_all(collection: Collection) -> None:
    """Neither the text nor the digest is there."""
    (collection.texts / "harbour-papers.txt").unlink()
    (collection.seeds / "digests" / "harbour-papers.md").unlink()


def write(data: bytes) -> Callable[[Collection], object]:
    """The text holds something else."""
    return lambda collection: (collection.texts / "harbour-papers.txt").write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "code", "named"),
    [
        (remove_all, 66, "BYLINE_TEXTS"),
        (write(b" \n"), 65, "empty"),
        (write(b"\x7fELF\x00\x01"), 65, "NUL"),
        (write("caf\u00e9".encode("latin-1")), 65, "UTF-8"),
        (write(b"Another text altogether.\n"), 65, "sha256"),
    ],
    ids=["missing", "empty", "binary", "undecodable", "changed"],
)
def test_a_bad_text_is_named_and_the_old_index_still_answers(
    indexed: Collection, spoil: Callable[[Collection], object], code: int, named: str
) -> None:
    before = Engine.open(indexed.settings).ask(Ask(question=BELL))
    spoil(indexed)
    ran = byline("index", settings=indexed.settings)
    assert named in ran.sentence
    assert ran.code == code
    after = Engine.open(indexed.settings).ask(Ask(question=BELL))
    assert before.status == "answered"
    assert (after.answer, after.citations) == (before.answer, before.citations)


def test_a_damaged_index_is_named_and_mended(indexed: Collection) -> None:
    (store,) = indexed.home.glob("gen-*/*.sqlite")
    store.chmod(0o644)
    store.write_bytes(b"nothing")
    broken = byline("ask", BELL, settings=indexed.settings)
    assert broken.sentence
    assert broken.code == 69
    assert byline("index", settings=indexed.settings).code == 0
    assert Engine.open(indexed.settings).ask(Ask(question=BELL)).status == "answered"


def test_the_installed_command_is_this_one() -> None:
    assert 'byline = "api.cli:main"' in (PACKAGE_ROOT / "pyproject.toml").read_text("utf-8")

"""Very many requests with a key that may see some volumes only, and what of the others is in the responses.

In: settings, the volumes of the key and a seed. Out: a `LeakReport`. A server of its own, in fast mode, is asked over
HTTP by a real key. The requests are made from the *whole* collection, so that most of them ask for what the key may not
see: questions by made-up forms (eval/generated.py) with filters and histories, streams, quotations, sections, addresses
of sentences, lists. A response leaks where it holds what stands in a volume that the key may not see, and neither in
one that it may see nor in the request itself: a name, a title, an id, a file, or six words in a row.
"""

import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import uvicorn
from pydantic import BaseModel

from api.app import create_app
from api.keys import Keys, Scope
from api.opening import Opening
from api.serve import listen
from eval.errors import EvalError
from eval.generated import Made, made_questions
from index.settings import RERANK_OFF, Settings
from index.snapshot import Snapshot
from index.wording import plain_words
from rag.address import address_of
from rag.engine import Engine

_CLIENTS = 4
_RUN = 6
"""So many words in a row are nobody's but the text's."""
_LEAST_TITLE_WORDS = 3
_KEPT = 20
_OPEN_S = 120


class Leak(BaseModel):
    """A response that holds what its key may not see."""

    request: str
    found: list[str]


class LeakReport(BaseModel):
    """What was asked and what leaked; the first twenty leaks are kept."""

    volumes: list[str]
    seed: int
    asked: int
    statuses: dict[str, int]
    kinds: dict[str, int]
    leaks: int
    first_leaks: list[Leak]
    seconds: float


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    kind: str
    method: str
    path: str
    body: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """All that the server may say back."""
        return "\n".join([unquote(self.path), *_strings(self.body)])


class Marks:
    """What tells that something is of the volumes that a key may not see, and of no other."""

    def __init__(self, snapshot: Snapshot, seen: frozenset[str]) -> None:
        volumes = {volume.id: volume for volume in snapshot.volumes()}
        open_words = [word for name in volumes if name in seen for word in _words(snapshot, name)]
        hidden = [name for name in volumes if name not in seen]
        self._open_runs = _runs(open_words)
        self._runs = frozenset().union(*(_runs(_words(snapshot, name)) for name in hidden)) - self._open_runs
        self._open_text = f" {' '.join(open_words)} "
        told = [
            text for name in hidden for text in (name, volumes[name].title, volumes[name].file, volumes[name].sha256)
        ]
        for ref in snapshot.section_refs.values():
            if ref.volume_id in hidden:
                told += [ref.id, ref.title if len(ref.title.split()) >= _LEAST_TITLE_WORDS else ""]
        for person in snapshot.people():
            if all(ref.volume_id in hidden for ref in person.sections):
                told += [person.id, person.name, *person.aliases]
        marks = {" ".join(_told_words(text)) for text in told}
        self._marks = sorted(mark for mark in marks if mark and f" {mark} " not in self._open_text)

    def in_response(self, response: str, request: str) -> list[str]:
        """The marks that a response holds and its request does not."""
        words, asked = _told_words(response), _told_words(request)
        text, echoed = f" {' '.join(words)} ", f" {' '.join(asked)} "
        found = [mark for mark in self._marks if f" {mark} " in text and f" {mark} " not in echoed]
        return found + sorted((_runs(words) & self._runs) - _runs(asked))[:3]


def eval_leaks(
    settings: Settings, volumes: Sequence[str], count: int, seed: int = 0, progress: Callable[[], object] = lambda: None
) -> LeakReport:
    """Ask `count` times with a key that may see `volumes` only, and look for anything else in what comes back.

    Raises:
        EvalError: a volume is not in the index, or no other is.
        SnapshotError: there is no index.
    """
    began = time.perf_counter()
    snapshot = Snapshot.open(settings.home)
    known = {volume.id for volume in snapshot.volumes()}
    if not set(volumes) < known or not volumes:
        raise EvalError(f"Name some but not all of the volumes of the index: {', '.join(sorted(known))}.")
    marks = Marks(snapshot, frozenset(volumes))
    statuses, kinds, leaks = Counter[str](), Counter[str](), list[Leak]()

    def ask(request: Request) -> None:
        with_key = clients.get()
        response = with_key.request(request.method, request.path, json=request.body)
        statuses[str(response.status_code)] += 1
        kinds[request.kind] += 1
        told = "\n".join([*_said(response.text), *response.headers.values()])
        if found := marks.in_response(told, request.text):
            leaks.append(Leak(request=request.text[:500], found=found))
        progress()

    with _served(settings, volumes) as clients, ThreadPoolExecutor(_CLIENTS) as pool:
        for done in pool.map(ask, islice(made_requests(snapshot, seed), count)):
            assert done is None
    return LeakReport(
        volumes=list(volumes),
        seed=seed,
        asked=kinds.total(),
        statuses=dict(sorted(statuses.items())),
        kinds=dict(kinds.most_common()),
        leaks=len(leaks),
        first_leaks=leaks[:_KEPT],
        seconds=round(time.perf_counter() - began, 1),
    )


def made_requests(snapshot: Snapshot, seed: int) -> Iterator[Request]:
    """Requests without end, made from everything in a snapshot; the same seed makes the same ones."""
    draw = random.Random(seed)  # noqa: S311 - a test of chance, not a secret
    sections = list(snapshot.section_refs)
    yield Request("lists", "GET", "/v1/volumes")
    yield Request("lists", "GET", "/v1/people")
    before: Made | None = None
    for made in made_questions(snapshot, seed):
        kind = draw.random()
        section = draw.choice(sections)
        if kind < 0.7:
            yield _question(made, before, snapshot, draw)
        elif kind < 0.8:
            yield _quotation(snapshot, section, draw)
        elif kind < 0.88:
            yield Request("section", "GET", f"/v1/sections/{quote(section)}")
        elif kind < 0.95:
            yield _address(snapshot, section, draw)
        elif kind < 0.96:
            yield Request("lists", "GET", draw.choice(("/v1/volumes", "/v1/people", "/v1/feedback", "/metrics")))
        else:
            yield _chat(made)
        before = made


def _question(made: Made, before: Made | None, snapshot: Snapshot, draw: random.Random) -> Request:
    body: dict[str, Any] = {"question": made.question}
    if made.follows and before is not None:
        passage = draw.choice(snapshot.passages([draw.randrange(len(snapshot.passage_sections))]))
        said = draw.choice(
            (passage.text[:300], passage.header, "Nothing that answers this was found in the collection.")
        )
        body["history"] = [{"role": "user", "content": before.question}, {"role": "assistant", "content": said}]
    if made.filtered or draw.random() < 0.15:
        ref = draw.choice(list(snapshot.section_refs.values()))
        named = {"people": made.by or draw.choice(snapshot.people()).name, "volumes": ref.volume_id, "sections": ref.id}
        name = draw.choice(list(named))
        body["filters"] = {name: [named[name]]}
    if draw.random() < 0.15:
        return Request("stream", "POST", "/v1/ask", body | {"stream": True})
    return Request("question", "POST", "/v1/ask", body)


def _quotation(snapshot: Snapshot, section_id: str, draw: random.Random) -> Request:
    """Half of a sentence, in which a word may be another one."""
    sentences = snapshot.sentences(section_id)
    words = draw.choice(sentences).text.split() if sentences else ["nothing"]
    words = words[: max(3, len(words) // 2)]
    if draw.random() < 0.5:
        words[draw.randrange(len(words))] = "lantern"
    return Request("quotation", "POST", "/v1/quote", {"quote": " ".join(words)})


def _address(snapshot: Snapshot, section_id: str, draw: random.Random) -> Request:
    sentences = snapshot.sentences(section_id)
    if not sentences:
        return Request("section", "GET", f"/v1/sections/{quote(section_id)}")
    address = str(address_of(section_id, draw.choice(sentences), sentences))
    return Request("address", "GET", f"/v1/citations/{quote(address)}")


def _chat(made: Made) -> Request:
    body = {"model": "byline-fast", "messages": [{"role": "user", "content": made.question}]}
    return Request("chat", "POST", "/v1/chat/completions", body)


class _Clients:
    """A client for every thread that asks; all hold the same key."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}
        self._own = threading.local()
        self._all: list[httpx.Client] = []

    def get(self) -> httpx.Client:
        """The client of the calling thread."""
        if not hasattr(self._own, "client"):
            self._own.client = httpx.Client(base_url=self._address, headers=self._headers, timeout=120, trust_env=False)
            self._all.append(self._own.client)
        client: httpx.Client = self._own.client
        return client

    def close(self) -> None:
        """Close the clients of all threads."""
        for client in self._all:
            client.close()


@contextmanager
def _served(settings: Settings, volumes: Sequence[str]) -> Iterator[_Clients]:
    """A service in fast mode with a key of its own; conversations and keys of the home are left alone."""
    with tempfile.TemporaryDirectory() as scratch, closing(listen("127.0.0.1", 0)) as listener:
        guarded = settings.model_copy(update={"home": Path(scratch), "rate": "off", "queue_steady": settings.queue})
        _, token = Keys(guarded.home).create("leaks", [Scope.ASK], volumes)
        opening = Opening(lambda: Engine.open(settings.model_copy(update={"rerank": RERANK_OFF})))
        server = uvicorn.Server(uvicorn.Config(create_app(opening, guarded), lifespan="on", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            _wait_until_ready(address)
            with closing(_Clients(address, token)) as clients:
                yield clients
        finally:
            server.should_exit = True
            thread.join()


def _wait_until_ready(address: str) -> None:
    until = time.monotonic() + _OPEN_S
    with httpx.Client(base_url=address, trust_env=False) as client:
        while client.get("/readyz").status_code != 200:
            if time.monotonic() > until:
                raise EvalError(f"The index did not open within {_OPEN_S} seconds. Try `byline serve`.")
            time.sleep(0.05)


def _words(snapshot: Snapshot, volume_id: str) -> list[str]:
    """All words of a volume, and of what is known about it."""
    refs = [ref for ref in snapshot.section_refs.values() if ref.volume_id == volume_id]
    volume = next(volume for volume in snapshot.volumes() if volume.id == volume_id)
    known = [volume.id, volume.title, volume.publisher, volume.rights, volume.credit, volume.file, *volume.editors]
    known += [text for ref in refs for text in (ref.id, ref.title, *ref.authors)]
    known += [
        name for person in snapshot.people() if set(refs) & set(person.sections) for name in (person.id, person.name)
    ]
    said = [sentence.text for ref in refs for sentence in snapshot.sentences(ref.id)]
    return _told_words(" \n ".join([snapshot.source(volume_id), *said, *known]))


def _said(body: str) -> Iterator[str]:
    """Every string of a body: of JSON, of server-sent events with JSON in them, or all of it."""
    for line in body.splitlines() if body.startswith(("event:", "data:", ":")) else [body]:
        try:
            yield from _strings(json.loads(line.removeprefix("data:")))
        except ValueError:
            yield line


def _strings(value: object) -> Iterator[str]:
    """The strings in a value of JSON, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _told_words(text: str) -> list[str]:
    """The words of what is said or asked; a possessive is the name."""
    return [word.removesuffix("'s") for word in plain_words(text)]


def _runs(words: Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1))

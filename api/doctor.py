"""What is wrong with an installation, and what to do about it.

In: settings. Out: a `Finding` for each thing looked at. Nothing is changed, and nothing is asked but the endpoint of a
language model, where one is configured.
"""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from pydantic import BaseModel

from api.errors import PortInUse
from api.keys import Keys
from api.serve import is_loopback, listen
from index.catalogue import load_collection
from index.errors import BylineError
from index.manifest import current_generation, read_manifest, verify_files
from index.model_files import export_folder, identify_model
from index.settings import LLM_FILE_SUFFIX, LLM_OFF, PACKAGE_ROOT, Settings
from index.texts import find_text
from rag.rerank import open_reranker

Grade = Literal["ok", "warning", "wrong"]
_LEAST_PYTHON = (3, 11)
_LEAST_FREE = 500 * 1024 * 1024
_LOCK = PACKAGE_ROOT / "requirements.lock"
_PATIENCE_S = 3.0
_PORTS = {"openai": ("api.openai.com", 443), "anthropic": ("api.anthropic.com", 443), "ollama": ("127.0.0.1", 11434)}


class Finding(BaseModel):
    """What was looked at, how it is, and what to do where it is not as it should be."""

    about: str
    grade: Grade
    says: str
    do: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything, in the order in which one would mend it."""
    return [finding for look in _LOOKS for finding in _reported(look, settings)]


def _reported(look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    """What a look finds; an error of ours says itself what to do."""
    try:
        yield from look(settings)
    except BylineError as error:
        said, _, advice = str(error).partition(". ")
        yield Finding(about=look.__name__.strip("_"), grade="wrong", says=said.rstrip(".") + ".", do=advice)


def _python(settings: Settings) -> Iterator[Finding]:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _LEAST_PYTHON:
        yield Finding(about="python", grade="wrong", says=f"Python is {found}.", do="Install Python 3.11 or later.")
    else:
        yield Finding(about="python", grade="ok", says=f"Python is {found}.")


def _packages(settings: Settings) -> Iterator[Finding]:
    """Installed packages against the lock, or where there is none, against what Byline asks for."""
    if _LOCK.is_file():
        lines = (line.partition("#")[0].partition("\\")[0].partition(";")[0] for line in _LOCK.read_text().splitlines())
        wanted = [Requirement(line.strip()) for line in lines if "==" in line and not line.startswith((" ", "-"))]
    else:
        wanted = [
            r for r in map(Requirement, requires("byline") or []) if not r.marker or r.marker.evaluate({"extra": ""})
        ]
    missing, differing = [], []
    for requirement in wanted:
        installed = _installed(requirement.name)
        if installed is None:
            missing.append(requirement.name)
        elif not requirement.specifier.contains(installed, prereleases=True):
            differing.append(f"{requirement.name} {installed} ({requirement.specifier})")
    install = "Run `pip install --no-deps -r requirements.lock`." if _LOCK.is_file() else "Run `pip install byline`."
    if missing:
        yield Finding(about="packages", grade="wrong", says=f"Not installed: {', '.join(missing)}.", do=install)
    if differing:
        yield Finding(about="packages", grade="warning", says=f"Other versions: {', '.join(differing)}.", do=install)
    if not missing and not differing:
        yield Finding(about="packages", grade="ok", says=f"{len(wanted)} packages are as they should be.")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        do = "Set BYLINE_HOME to a folder of yours, or have this one given to you."
        yield Finding(about="home", grade="wrong", says=f"{home} cannot be written.", do=do)
        return
    free = shutil.disk_usage(there).free
    says = f"{home} can be written; {free / 1024**3:.1f} GiB are free."
    if free < _LEAST_FREE:
        yield Finding(
            about="home", grade="warning", says=says, do="Make room: an index run writes a second generation."
        )
    else:
        yield Finding(about="home", grade="ok", says=says)


def _models(settings: Settings) -> Iterator[Finding]:
    _, model = identify_model(settings.model)
    exported = export_folder(settings.home, model.sha256).is_dir()
    says = f"The embedder {model.name} is {'exported' if exported else 'there'}."
    yield Finding(
        about="models", grade="ok" if exported else "warning", says=says, do="" if exported else "Run `byline index`."
    )
    reranker = open_reranker(settings)
    yield Finding(about="models", grade="ok", says=f"The reranker is {settings.rerank if reranker else 'off'}.")


def _texts(settings: Settings) -> Iterator[Finding]:
    places = {
        entry: find_text(entry, settings.texts, settings.seeds)
        for entry in load_collection(settings.seeds, settings.home)
    }
    absent = [entry.title for entry, place in places.items() if place is None]
    digests = [entry.title for entry, place in places.items() if place is not None and place[1] == "digest"]
    if absent:
        says = f"Neither text nor digest is there of {', '.join(absent)}."
        yield Finding(about="texts", grade="warning", says=says, do="Put the files where BYLINE_TEXTS says.")
    if digests:
        says = f"Read from digests: {', '.join(digests)}."
        yield Finding(
            about="texts", grade="ok", says=says, do="Put the full texts where BYLINE_TEXTS says, to quote them."
        )
    if not absent and not digests:
        yield Finding(about="texts", grade="ok", says=f"All {len(places)} full texts are there.")


def _index(settings: Settings) -> Iterator[Finding]:
    folder = current_generation(settings.home)
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    _, model = identify_model(settings.model)
    if manifest.model.sha256 != model.sha256:
        says = f"{folder.name} was made with {manifest.model.name}, and BYLINE_MODEL is {model.name}."
        yield Finding(about="index", grade="wrong", says=says, do="Run `byline index`.")
        return
    counts = f"{manifest.counts['volumes']} volumes, {manifest.counts['passages']} passages"
    yield Finding(about="index", grade="ok", says=f"{folder.name} is whole: {counts}.")


def _address(settings: Settings) -> Iterator[Finding]:
    try:
        listen(settings.host, settings.port).close()
        says = f"{settings.host}:{settings.port} can be listened on."
        yield Finding(about="address", grade="ok", says=says)
    except PortInUse as error:
        said, _, advice = str(error).partition(". ")
        yield Finding(about="address", grade="warning", says=f"{said}.", do=f"If that is not Byline: {advice}")


def _keys(settings: Settings) -> Iterator[Finding]:
    keys = Keys(settings.home)
    working = [key for key in keys.all() if key.revoked is None]
    if not keys.are_needed and is_loopback(settings.host):
        yield Finding(about="keys", grade="ok", says="No key was ever made, and only this machine can ask.")
    elif not keys.are_needed:
        grade: Grade = "warning" if settings.open else "wrong"
        do = "Make a key with `byline keys create`" + ("." if settings.open else ", or set BYLINE_OPEN=true.")
        yield Finding(about="keys", grade=grade, says=f"Whoever reaches {settings.host} needs no key.", do=do)
    elif not working:
        yield Finding(about="keys", grade="warning", says="Every key is revoked.", do="Run `byline keys create`.")
    elif not is_loopback(settings.host):
        says = f"{len(working)} keys work, and come to {settings.host} as they are sent: without TLS they can be read."
        do = "Listen on 127.0.0.1, and let a web server that speaks TLS hand requests on."
        yield Finding(about="keys", grade="warning", says=says, do=do)
    else:
        yield Finding(about="keys", grade="ok", says=f"{len(working)} keys work.")


def _llm(settings: Settings) -> Iterator[Finding]:
    if settings.llm == LLM_OFF:
        yield Finding(about="llm", grade="ok", says="No language model is configured, and none is needed.")
        return
    if settings.llm.endswith(LLM_FILE_SUFFIX):
        if os.access(settings.llm, os.R_OK):
            yield Finding(about="llm", grade="ok", says=f"{settings.llm} can be read.")
        else:
            yield Finding(about="llm", grade="wrong", says=f"{settings.llm} cannot be read.", do="Correct BYLINE_LLM.")
        return
    host, port = _endpoint(settings)
    try:
        with closing(socket.create_connection((host, port), _PATIENCE_S)):
            yield Finding(about="llm", grade="ok", says=f"{host}:{port} answers.")
    except OSError as error:
        do = "Start it or correct BYLINE_LLM_URL; until then answers are in the texts' own words."
        yield Finding(about="llm", grade="warning", says=f"{host}:{port} does not answer: {error}.", do=do)


def _endpoint(settings: Settings) -> tuple[str, int]:
    if not settings.llm_url:
        return _PORTS[settings.llm.partition(":")[0]]
    url = urlsplit(settings.llm_url)
    return url.hostname or "", url.port or (443 if url.scheme == "https" else 80)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


_LOOKS = (_python, _packages, _home, _models, _texts, _index, _address, _keys, _llm)

"""Engines over other snapshots that use the models of an engine which is open.

In: an engine. Out: one over the index published last, or one over some of the volumes only, for those who may not see
them all: over an index of those alone, so that nothing of the others can be in an answer, a count, a suggestion or an
error. Each such view of an engine is opened once.
"""

from threading import Lock
from weakref import WeakKeyDictionary

from index.embedding import Embedder
from index.errors import NothingToSee
from index.restricted import open_restricted
from index.snapshot import Snapshot
from rag.engine import Engine
from rag.rerank import Reranker

_views: "WeakKeyDictionary[Engine, dict[frozenset[str], Engine]]" = WeakKeyDictionary()
_opening = Lock()


def renewed(engine: Engine) -> Engine:
    """The engine over the index that is published now.

    Raises:
        SnapshotError: it cannot be used.
    """
    snapshot = Snapshot.open(engine.settings.home)
    if snapshot.manifest.model != engine.snapshot.manifest.model:
        return _observed_alike(Engine(snapshot, engine.settings, engine.calibration), engine)
    return _Sharing(engine, snapshot)


def limited(engine: Engine, volume_ids: frozenset[str]) -> Engine:
    """The engine over these volumes alone; it goes by the same generation.

    The first call for a set of volumes takes about a second for every thousand passages of them.

    Raises:
        NothingToSee: none of the volumes is in the collection.
        HomeNotWritable: there is no room for an index of them.
    """
    wanted = _present(engine, volume_ids)
    if (view := _known(engine, wanted)) is not None:
        return view
    with _opening:
        views = _views.setdefault(engine, {})
        if wanted not in views:
            view = _Sharing(engine, open_restricted(engine.settings.home, engine.snapshot, wanted))
            view.lexicon  # noqa: B018 - is read by being asked for, here and not by the first question
            views[wanted] = view
        return views[wanted]


def limited_if_open(engine: Engine, volume_ids: frozenset[str]) -> Engine | None:
    """What `limited` returns, where it would return it at once.

    Raises:
        NothingToSee: none of the volumes is in the collection.
    """
    return _known(engine, _present(engine, volume_ids))


def _present(engine: Engine, volume_ids: frozenset[str]) -> frozenset[str]:
    present = volume_ids & {volume.id for volume in engine.snapshot.volumes()}
    if not present:
        raise NothingToSee(f"None of {', '.join(sorted(volume_ids)) or 'no volumes'} is in the collection.")
    return present


def _known(engine: Engine, present: frozenset[str]) -> Engine | None:
    if len(present) == len(engine.snapshot.volumes()):
        return engine
    return _views.get(engine, {}).get(present)


class _Sharing(Engine):
    """An engine over another snapshot of the same model."""

    def __init__(self, engine: Engine, snapshot: Snapshot) -> None:
        super().__init__(snapshot, engine.settings, engine.calibration)
        self.embedder: Embedder = engine.embedder
        self.reranker: Reranker | None = engine.reranker
        _observed_alike(self, engine)


def _observed_alike(engine: Engine, like: Engine) -> Engine:
    engine.observers = like.observers
    return engine

"""The commands `byline keys create | list | revoke`: keys of the service go in and out of BYLINE_HOME."""

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from api.errors import BadKey
from api.keys import Key, Keys, Scope
from index.errors import SnapshotError
from index.manifest import current_generation, read_manifest
from index.settings import load_settings

keys = typer.Typer(name="keys", help="Makes, lists and revokes the keys of the service.", no_args_is_help=True)
_console = Console(width=None if sys.stdout.isatty() else 140)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@keys.command(epilog='Example: `byline keys create "reading room" --volume adcs-blog`')
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, as `byline keys list` shows it.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do: ask (the default), ingest, admin.")] = None,
    volume: Annotated[list[str] | None, typer.Option(help="The only volume (its id) that it may see.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once; from the first key on, every request needs one."""
    home = load_settings().home
    _refuse_unknown(home, volume or [])
    key, token = Keys(home).create(name, scope or [Scope.ASK], volume)
    if as_json:
        _print_json({"token": token, **_told(key)})
        return
    _console.print(f"[bold]{token}[/bold]", soft_wrap=True, highlight=False)
    _console.print("Keep it now: it is shown this once. Send it as `Authorization: Bearer …`.", highlight=False)


@keys.command(name="list", epilog="Example: `byline keys list --json`")
def list_keys(as_json: AsJson = False) -> None:
    """List every key ever made, without what makes it work."""
    made = Keys(load_settings().home).all()
    if as_json:
        _print_json([_told(key) for key in made])
        return
    if not made:
        _console.print("No key was ever made: this machine alone is answered, without a key.", highlight=False)
    for key in made:
        told = _told(key)
        sees = "all volumes" if key.volumes is None else ", ".join(told["volumes"])
        state = f"revoked {told['revoked']}" if key.revoked else f"last used {told['used'] or 'never'}"
        line = f"{key.id}  {key.name}: {', '.join(told['scopes'])}; {sees}; made {told['created']}, {state}"
        _console.print(escape(line), soft_wrap=True, highlight=False)


@keys.command(epilog='Example: `byline keys revoke "reading room"`')
def revoke(
    key: Annotated[str, typer.Argument(help="The key's name, or its id where several are called so.")],
    as_json: AsJson = False,
) -> None:
    """Make a key useless, at once and for ever; also the last one leaves the service closed."""
    revoked = Keys(load_settings().home).revoke(key)
    if as_json:
        _print_json(_told(revoked))
        return
    _console.print(escape(f"{revoked.name} ({revoked.id}) is revoked."), highlight=False)


def _refuse_unknown(home: Path, volumes: list[str]) -> None:
    """Raise BadKey where a volume is not in the published index, if there is one."""
    with suppress(SnapshotError):
        known = [volume.id for volume in read_manifest(current_generation(home)).volumes]
        for volume in volumes:
            if volume not in known:
                raise BadKey(f"There is no volume {volume!r} in the index. There are: {', '.join(known)}.")


def _told(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "volumes": None if key.volumes is None else sorted(key.volumes),
        "created": _when(key.created),
        "used": _when(key.used),
        "revoked": _when(key.revoked),
    }


def _when(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))

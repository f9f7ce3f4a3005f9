"""Files of results: one form for whatever is measured, so that one report tells of all of it.

A file is one JSON object, or a folder of such files:

    {"recto_result": 2,
     "kind": "speed",                      what was measured: `report_kinds.KINDS`
     "made": "2026-12-01 10:30 UTC",
     "command": "recto bench speed --save results/",
     "machine": {"processor": "…", "cores": "2", …},        as `report_machine.machine` gives it
     "versions": {"recto": "0.1.0, v0.1.0-3-gabcdef0", …},  as `report_machine.versions` gives it
     "data": {…}}                          the kind's own; only its module reads it

Whoever measures calls `save(folder, kind=…, command=…, data=…)` and is done; a report loads files
and hands those of a kind to its module. Knows no kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recto.benchmarks.report_machine import machine, now, versions
from recto.engine.errors import InputError, NotFound

MARK = "recto_result"
FORM = 2
"""Counts up when an older reader would misread a newer file."""
_LINES = re.compile(r"\n *")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one command measured, and where."""

    kind: str
    made: str
    command: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    data: Mapping[str, Any]
    """Of JSON: texts, numbers, lists, objects."""
    path: Path = field(default=Path(), compare=False)
    """Where it was read from."""

    def as_json(self) -> dict[str, Any]:
        fields = {name: value for name, value in asdict(self).items() if name != "path"}
        return {MARK: FORM, **fields}


def result(*, kind: str, command: str, data: Mapping[str, Any]) -> Result:
    """Of what was measured just now, on this machine."""
    return Result(
        kind=kind, made=now(), command=command, machine=machine(), versions=versions(), data=data
    )


def save(folder: Path, *, kind: str, command: str, data: Mapping[str, Any]) -> Path:
    """Write `KIND.json` into a folder, which is made if need be; what was there is replaced.

    `command` is what the user typed; machine, versions and time are those of now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = result(kind=kind, command=command, data=data).as_json()
    path = folder / f"{kind}.json"
    path.write_text(_text(made), encoding="utf-8")
    return path


def load(path: Path) -> tuple[Result, ...]:
    """That of a file, or those of all files of a folder and the folders in it, by name; JSON that
    is no result is passed over in a folder. Raises NotFound, InputError."""
    if not path.is_dir():
        found = _read(path)
        if found is None:
            raise InputError(f"{path} is no result: it has no {MARK!r}. Expected a file of --save.")
        return (found,)
    every = (_read(file) for file in sorted(path.rglob("*.json")))
    some = tuple(one for one in every if one is not None)
    if not some:
        raise NotFound(f"There is no result in {path}. Expected a folder that --save wrote.")
    return some


def load_all(paths: Iterable[Path]) -> tuple[Result, ...]:
    return tuple(one for path in paths for one in load(path))


def _read(path: Path) -> Result | None:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(f"Cannot read the result {path}: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}.") from error
    if not isinstance(fields, dict) or MARK not in fields:
        return None
    form = fields.pop(MARK)
    if form != FORM:
        raise InputError(f"{path} has form {form}; this recto reads {FORM}. Measure again.")
    try:
        return Result(**fields, path=path)
    except TypeError as error:
        raise InputError(f"{path} is no result of recto bench: {error}.") from error


def _text(value: Mapping[str, Any]) -> str:
    """JSON for people, too: a list of numbers or texts is one line."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    # A string holds no end of line as it is, so that none of it is taken for one.
    return re.sub(r"\[\n[^\[\]{}]*\]", lambda found: _LINES.sub("", found[0]), text) + "\n"

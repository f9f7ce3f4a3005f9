"""Where an operator's decisions come from: flags, then RECTO_SERVE_*, then a TOML file.

    # recto.toml
    [serve]
    host = "127.0.0.1"
    port = 8808
    names = ["docs.example.org"]
    model = "gpt-5"
    [serve.libraries]
    finance = "/srv/finance"

Knows what can be set and of which kind it is, not what is sensible: `ServeSettings` does.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recto.engine.errors import InputError
from recto.serving.http.settings import ServeSettings

ENVIRONMENT = "RECTO_SERVE_"
_SECRETS = ("key", "token", "password", "secret")


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings, and where each of them comes from: "flag", a variable, the file, "default"."""

    settings: ServeSettings
    origins: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        values = dataclasses.asdict(self.settings)
        values["state"] = str(values["state"])
        return {
            name: {"value": value, "from": self.origins[name]} for name, value in values.items()
        }


def configure(
    flags: Mapping[str, Any], *, file: Path | None, environment: Mapping[str, str], home: Path
) -> Configured:
    """What flags (None where not given), environment and file decide.

    `home` is the user's folder for what programs keep. Raises InputError.
    """
    read = {} if file is None else _read(file)
    given: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, parse in _KINDS.items():
        variable = ENVIRONMENT + name.upper()
        if flags.get(name) not in (None, (), {}):
            given[name], origins[name] = flags[name], "flag"
        elif environment.get(variable):
            given[name], origins[name] = parse(environment[variable], variable), variable
        elif name in read:
            given[name], origins[name] = _checked(name, read[name], file), str(file)
        else:
            origins[name] = "default"
    given.setdefault("libraries", {"main": environment.get("RECTO_LIBRARY") or ".recto"})
    given["state"] = Path(given.get("state") or home / "recto" / "serve").expanduser()
    return Configured(ServeSettings(**given), origins)


def data_home() -> Path:
    """Where programs of this user keep what they need (XDG)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text()
        values = tomllib.loads(text).get("serve", {})
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is no TOML: {error}.") from error
    if not isinstance(values, dict):
        raise InputError(f"{file}: serve is {values!r}; expected a table, [serve].")
    if unknown := values.keys() - _KINDS.keys():
        hint = ""
        if any(word in name for name in unknown for word in _SECRETS):
            hint = " Keys of models are taken from the environment, never from a file."
        raise InputError(
            f"{file}: [serve] has no {sorted(unknown)[0]!r}; it has {', '.join(_KINDS)}.{hint}"
        )
    return values


def _checked(name: str, value: Any, file: Path | None) -> Any:  # noqa: ANN401 - TOML is anything
    expected = _TOML[_KINDS[name]]
    fits = isinstance(value, expected) and (not isinstance(value, bool) or expected == (bool,))
    if fits and isinstance(value, list):
        fits = all(isinstance(entry, str) for entry in value)
        value = tuple(value)
    if fits and isinstance(value, dict):
        fits = all(isinstance(entry, str) for entry in value.values())
    if not fits:
        kinds = " or ".join(kind.__name__ for kind in expected)
        raise InputError(f"{file}: {name} is {value!r}; expected {kinds}.")
    return value


def _text(value: str, where: str) -> str:
    return value


def _whole(value: str, where: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise InputError(f"{where} is {value!r}; expected a whole number.") from None


def _number(value: str, where: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f"{where} is {value!r}; expected a number.") from None


def _switch(value: str, where: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if value.strip().lower() not in known:
        raise InputError(f"{where} is {value!r}; expected true or false.")
    return known[value.strip().lower()]


def _names(value: str, where: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def parse_pairs(
    values: tuple[str, ...] | list[str], where: str, form: str = "NAME=PLACE"
) -> dict[str, str]:
    """NAME=PLACE each."""
    pairs: dict[str, str] = {}
    for value in values:
        name, equals, place = value.partition("=")
        if not equals or not name or not place:
            raise InputError(f"{where}: {value!r} is not of the form {form}.")
        pairs[name] = place
    return pairs


def parse_settings(values: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE each, any setting of the server, written as in the environment.

    Raises InputError.
    """
    given = {}
    for name, value in parse_pairs(list(values), "--set", "NAME=VALUE").items():
        if name not in _KINDS:
            raise InputError(f"--set: there is no {name!r}; there are {', '.join(_KINDS)}.")
        given[name] = _KINDS[name](value, f"--set {name}")
    return given


def _pairs(value: str, where: str) -> dict[str, str]:
    return parse_pairs(_names(value, where), where)


_KINDS: Mapping[str, Callable[[str, str], Any]] = {
    "libraries": _pairs,
    "labels": _pairs,
    "state": _text,
    "host": _text,
    "port": _whole,
    "names": _names,
    "origins": _names,
    "model": _text,
    "base_url": _text,
    "allow_http": _switch,
    "timeout": _number,
    "max_cost": _number,
    "price_in": _number,
    "price_out": _number,
    "cache": _text,
    "crossmodal": _text,
    "crossmodal_settings": _pairs,
    "accept_license": _text,
    "crossmodal_pages": _switch,
    "trust_remote_code": _switch,
    "max_upload": _whole,
    "max_jobs": _whole,
    "max_kept": _whole,
    "max_pages": _whole,
    "searches": _whole,
    "answers": _whole,
    "wait": _number,
    "connections": _whole,
    "patience": _number,
    "rate": _whole,
    "drain": _number,
    "keep_jobs": _number,
    "fetch_urls": _switch,
    "fetch_hosts": _names,
    "fetch_timeout": _number,
    "recall": _number,
    "telemetry": _switch,
    "log_format": _text,
}
"""How each setting is written in the environment: lists with commas, pairs as NAME=PLACE."""
_TOML: Mapping[Callable[[str, str], Any], tuple[type, ...]] = {
    _pairs: (dict,),
    _names: (list,),
    _text: (str,),
    _whole: (int,),
    _number: (int, float),
    _switch: (bool,),
}
"""Of which kind each of them is in TOML."""

"""`recto serve`, `recto keys` and `recto config`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .console import note, write, write_json
from .crossmodal import (
    AcceptLicenseOption,
    CrossmodalEncoderOption,
    CrossmodalSettingOption,
    crossmodal_settings,
)
from .endpoint import AllowHttpOption
from .models import CacheOption, MaxCostOption, PriceInOption, PriceOutOption, TimeoutOption
from .opening import RecallOption, TrustOption
from .settings import JsonOption, LibraryOption, QuietOption, argument, chosen

if TYPE_CHECKING:
    from recto.serving.configuration import Configured
    from recto.serving.keys import KeyRing

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A TOML file with [serve].",
        envvar="RECTO_CONFIG",
        show_envvar=False,
        show_default=False,
    ),
]
StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state", metavar="DIR", help="Where keys, jobs and uploads are kept.", show_default=False
    ),
]

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Any other setting, as recto config lists them; may be given several times.",
        show_default=False,
    ),
]

keys = typer.Typer(no_args_is_help=True, help="Who may use the server: make and revoke keys.")


def serve(
    context: typer.Context,
    libraries: Annotated[list[str] | None, argument("[NAME=]PLACE")] = None,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(metavar="NUMBER", show_default=False)] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="A host name that it goes by.", show_default=False),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Another origin that may call it.", show_default=False),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="The vision model that answers.", show_default=False),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where the model is, if not at OpenAI.", show_default=False
        ),
    ] = None,
    allow_http: AllowHttpOption = False,
    timeout: TimeoutOption = None,
    max_cost: MaxCostOption = None,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    cache: CacheOption = None,
    crossmodal_encoder: CrossmodalEncoderOption = None,
    crossmodal_setting: CrossmodalSettingOption = None,
    accept_license: AcceptLicenseOption = None,
    crossmodal_pages: Annotated[
        bool,
        typer.Option(
            "--crossmodal-pages",
            help="Uploaded pages and pictures are found beside sound and film, too.",
        ),
    ] = False,
    trust_remote_code: TrustOption = False,
    fetch_urls: Annotated[
        bool,
        typer.Option("--fetch-urls", help="Who may write may have documents fetched from the web."),
    ] = False,
    fetch_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Fetch from this host, *.HOST or HOST:PORT alone; may be given several times.",
            show_default=False,
        ),
    ] = None,
    recall: RecallOption = None,
    state: StateOption = None,
    log_format: Annotated[
        str | None,
        typer.Option(metavar="FORM", help="Lines of the log: text or json.", show_default=False),
    ] = None,
    set_: SetOption = None,
    config: ConfigOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Serve libraries: web page, HTTP API, OpenAI-compatible endpoint.

    PLACE is the folder of a library, made where there is none; several are told apart by NAME.
    Without any it is that of --library. Only this machine reaches the server unless --host says
    otherwise, for which there must be a key. Limits of the model are for one question each.

    \b
    Examples:
      recto serve
      recto serve finance=/srv/finance legal=/srv/legal --port 9000
      recto serve --set max_pages=20000 --set labels=finance=Finances
      recto keys create web --right write && recto serve --host 0.0.0.0 --name docs.example.org
    """
    from recto.serving.http.running import run

    settings = chosen(context, as_json=as_json, quiet=quiet)
    configured = _configured(
        config,
        set_,
        libraries=_libraries(libraries, library or context.find_root().params["library"]),
        host=host,
        port=port,
        names=tuple(name or ()),
        origins=tuple(origin or ()),
        model=model,
        base_url=base_url,
        allow_http=allow_http or None,
        timeout=timeout,
        max_cost=max_cost,
        price_in=price_in,
        price_out=price_out,
        cache=None if cache is None else str(cache),
        crossmodal=crossmodal_encoder,
        crossmodal_settings=crossmodal_settings(crossmodal_setting, None),
        accept_license=accept_license,
        crossmodal_pages=crossmodal_pages or None,
        trust_remote_code=trust_remote_code or None,
        fetch_urls=fetch_urls or None,
        fetch_hosts=tuple(fetch_host or ()),
        recall=recall,
        state=state,
        log_format=log_format,
    )

    def started(address: str) -> None:
        if settings.json:
            write_json({"address": address})
        elif not settings.quiet:
            note(f"Serving {', '.join(configured.settings.libraries)} at {address}")

    run(configured.settings, started=started)


def show_config(
    context: typer.Context,
    set_: SetOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the settings of `recto serve`, and where each of them comes from."""
    configured = _configured(config, set_)
    if chosen(context, as_json=as_json).json:
        write_json(configured.as_json())
        return
    for name, value in configured.as_json().items():
        write(f"{name} = {value['value']!r}  ({value['from']})")


@keys.command("create")
def create_key(
    context: typer.Context,
    name: Annotated[str, argument("NAME")],
    right: Annotated[
        str, typer.Option(help="read, write or admin; each includes the one before.")
    ] = "read",
    tenant: Annotated[
        str, typer.Option(metavar="TENANT", help="Whose documents it opens.", show_default=False)
    ] = "",
    state: StateOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it, this once."""
    from recto.serving.keys import RIGHTS

    if right not in RIGHTS:
        raise typer.BadParameter(f"{right!r}; expected {', '.join(RIGHTS)}.", param_hint="--right")
    secret, key = _ring(config, state).create(name, right, tenant)
    if chosen(context, as_json=as_json).json:
        write_json({"key": secret, **key.as_json()})
    else:
        write(secret)


@keys.command("list")
def list_keys(
    context: typer.Context,
    state: StateOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List keys: their first letters, never the whole."""
    found = _ring(config, state).all()
    if chosen(context, as_json=as_json).json:
        write_json({"keys": [key.as_json() for key in found]})
        return
    for key in found:
        write(f"{key.id}…  {key.right:5}  {key.tenant or '-':12}  {key.created}  {key.name}")


@keys.command("revoke")
def revoke_key(
    id: Annotated[str, argument("ID")],
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a key open nothing from now on."""
    revoked = _ring(config, state).revoke(id.rstrip("…"))
    note(f"Revoked {revoked.id}… ({revoked.name}).")


def _libraries(given: list[str] | None, single: str | None) -> dict[str, str]:
    from recto.serving.configuration import parse_pairs

    if not given:
        return {} if single is None else {"main": str(single)}
    if len(given) == 1 and "=" not in given[0]:
        return {"main": given[0]}
    return parse_pairs(given, "serve")


def _configured(
    config: Path | None,
    others: list[str] | None = None,
    **flags: Any,  # noqa: ANN401 - by name
) -> Configured:
    """`others` are of --set; a flag of its own prevails over them."""
    from recto.serving.configuration import configure, data_home, parse_settings

    given = {name: value for name, value in flags.items() if value not in (None, (), {})}
    flags = {**parse_settings(others or ()), **given}
    return configure(flags, file=config, environment=os.environ, home=data_home())


def _ring(config: Path | None, state: Path | None) -> KeyRing:
    from recto.serving.keys import KeyRing

    return KeyRing(_configured(config, state=state).settings.state)

"""Whose documents a library shows: those of one tenant, or, where there are none, of nobody.

A library is of one kind or the other: where documents belong to tenants, none is without one.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from recto.engine.errors import TenantError
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.validation import check_tenant

TENANTS = "tenants"
"""The folder in a library with a folder for each."""


def check_tenancy(store: Store, tenant: str, where: str) -> None:
    """TenantError unless a library with these documents may be used for `tenant`; InputError for
    a bad name.

    `where` is the library, for the message, which tells of no tenant's existence but that there
    are some.
    """
    check_tenant(tenant)
    if not tenant and store.tenants():
        raise TenantError(
            f"The documents of {where} belong to tenants; say whose are meant:"
            " recto.open(..., tenant=NAME), --tenant NAME, or RECTO_TENANT in the environment."
        )
    nobody = store.within("")
    if tenant and (nobody.count(PageFilter()) or nobody.documents()):
        raise TenantError(
            f"The documents of {where} belong to no tenant, so none may have any here. Open it"
            " without a tenant, or make another library for tenants."
        )


def folder_of(tenant: str, library: Path) -> Path:
    """Where sources and pictures of a tenant are kept. Nobody's are in the library's own folder."""
    if not tenant:
        return library
    return library / TENANTS / sha256(tenant.encode()).hexdigest()[:32]

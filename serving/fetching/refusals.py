"""Why nothing was fetched.

    AddressRefused     the address, or one that it leads to, is none that is fetched
    FetchFailed        a public server answered something else than a file
    └── FetchTimeout   it took too long
    FetchBusy          as many fetches as may run are running

None tells whether there is something at an address that is refused, or what.
"""

from __future__ import annotations

from recto.engine.errors import InputError, OutsideError


class AddressRefused(InputError):
    """No address of a public server that may be fetched from."""


class FetchFailed(OutsideError):
    """The server of the address did not give the file."""


class FetchTimeout(FetchFailed):
    """Nor did it in the time that it had."""


class FetchBusy(OutsideError):
    """Later there may be a place."""

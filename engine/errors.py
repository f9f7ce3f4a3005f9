"""Every error that recto raises on purpose.

A message says what was got, what was expected and what to do. Programs tell the families apart:

    RectoError
    ├── InputError                 what the caller gave cannot be used (also a ValueError)
    │   ├── DocumentError          one file; the others of the same call are not affected
    │   │   ├── UnsupportedFile    not a kind of file that we read, or its converter is missing
    │   │   ├── EmptyFile          no bytes, or no pages
    │   │   ├── DamagedFile        truncated or broken
    │   │   ├── EncryptedFile      needs a password
    │   │   ├── UnreadableFile     the operating system refuses to give its bytes
    │   │   ├── LimitExceeded      larger, slower or more deeply nested than the limits allow
    │   │   └── NotesError         the tags and metadata in the file beside it are broken
    │   ├── EncoderError           a checkpoint that is not there, or that cannot be trusted
    │   │   └── LicenceNotAccepted its weights have conditions that the user has not agreed to
    │   ├── QuestionError          empty or far too long
    │   ├── FilterError            not a filter, or of a field that is not there
    │   ├── EndpointSettingError   an address, key, price or limit of an endpoint that is of no use
    │   └── NotFound               no such library, document or page
    ├── LibraryError               the library cannot be used as it was asked to
    │   ├── TenantError            opened without a tenant where documents have one, or otherwise
    │   ├── EncoderMismatch        made by another encoder or with other settings
    │   ├── NewerLibrary           written by a newer recto
    │   ├── DamagedLibrary         its own files are missing or broken
    │   └── LibraryBusy            open in another process
    ├── InternalError              a fault of recto itself, met on one document
    └── OutsideError               the world around us
        ├── BackendUnreachable     the store's process, or a server, does not answer
        │   └── ServerFailed       it answers that it failed itself, and still after waiting
        ├── EndpointError          a language model's endpoint answered something else than a reply
        │   ├── KeyRefused         no key, a wrong one, or one that may not use the model
        │   ├── ModelNotFound      the endpoint has no such model
        │   ├── RequestRefused     the endpoint does not take the request as it is
        │   ├── ContextTooLong     more pages and text than the model reads at once
        │   ├── ContentFiltered    the endpoint's filter stopped the question or the reply
        │   ├── RateLimited        asked too often, and still after waiting
        │   ├── EndpointTimeout    no whole reply in the time that was allowed
        │   ├── BrokenStream       a streamed reply ended before its end
        │   ├── BrokenReply        a reply without what a reply consists of
        │   ├── NotAnEndpoint      something else answers there, as a web page does
        │   └── CostLimitReached   the next call could cost more than was allowed
        ├── DiskFull               no room to write
        ├── MissingExtra           an optional package is not installed
        ├── OutOfMemory            too little memory for a model, or for one page in it
        └── WorkerDied             a child process was killed or ran out of its limits

What need not stop anything, but should be known, is a `RectoWarning`.
"""

from __future__ import annotations


class RectoError(Exception):
    """The root: catch this to catch all of ours. Its text is meant to be shown as it is."""


class InputError(RectoError, ValueError):
    """What the caller gave cannot be used."""


class DocumentError(InputError):
    """One file cannot be indexed."""


class UnsupportedFile(DocumentError):
    """Not a kind of file that we read, or the program that converts it is missing."""


class EmptyFile(DocumentError):
    """No bytes, or no pages."""


class DamagedFile(DocumentError):
    """Truncated, broken, or not what its first bytes promise."""


class EncryptedFile(DocumentError):
    """Needs a password."""


class UnreadableFile(DocumentError):
    """The operating system refuses to give its bytes."""


class LimitExceeded(DocumentError):
    """Larger, slower or more deeply nested than the limits allow."""


class NotesError(DocumentError):
    """What is said of a file beside it cannot be read."""


class EncoderError(InputError):
    """A checkpoint that is not there, is not of a kind that we read, or gives wrong vectors."""


class LicenceNotAccepted(EncoderError):
    """Weights with conditions that the user has not agreed to."""


class QuestionError(InputError):
    """A question that cannot be searched for."""


class EndpointSettingError(InputError):
    """An address, a key, a price or a limit of an endpoint that cannot be used."""


class FilterError(InputError):
    """A filter that cannot be understood, or that asks for what no document has."""

    def __init__(self, message: str, *, position: int = 0) -> None:
        """`position`: in the filter's text, in characters from 0, where it goes wrong."""
        super().__init__(message)
        self.position = position


class NotFound(InputError):
    """No such library, document or page."""


class LibraryError(RectoError):
    """The library cannot be used as it was asked to."""


class TenantError(LibraryError):
    """Opened without a tenant where documents belong to one, or for one where they do not."""


class EncoderMismatch(LibraryError):
    """Made by another encoder, revision or setting: its vectors cannot be compared with ours."""


class NewerLibrary(LibraryError):
    """Written by a newer recto, in a format that this one does not know."""


class DamagedLibrary(LibraryError):
    """Its own files are missing or broken."""


class LibraryBusy(LibraryError):
    """Open in another process."""


class InternalError(RectoError):
    """A fault of recto itself, met on one document; its cause is chained."""


class OutsideError(RectoError):
    """Something around us failed."""


class BackendUnreachable(OutsideError):
    """The store's process, or a server that stores, encodes or replies, does not answer."""


class ServerFailed(BackendUnreachable):
    """A server answers that it failed itself, and still after waiting."""


class EndpointError(OutsideError):
    """A language model's endpoint answered something else than a reply. Never holds a key."""


class KeyRefused(EndpointError):
    """No key, a wrong one, or one that may not use the model."""


class ModelNotFound(EndpointError):
    """The endpoint has no such model, or no chat completions at this address."""


class RequestRefused(EndpointError):
    """The endpoint does not take the request as it is: a field, a picture, a schema."""


class ContextTooLong(EndpointError):
    """More pages and text than the model reads at once."""


class ContentFiltered(EndpointError):
    """The endpoint's filter stopped the question or the reply."""


class RateLimited(EndpointError):
    """Asked too often, or for more than was paid for, and still after waiting."""


class EndpointTimeout(EndpointError):
    """No whole reply in the time that was allowed."""


class BrokenStream(EndpointError):
    """A streamed reply ended before its end; what came of it is not to be trusted."""


class BrokenReply(EndpointError):
    """A reply without what a reply consists of."""


class NotAnEndpoint(EndpointError):
    """Something else answers at this address, as a web page does."""


class CostLimitReached(EndpointError):
    """The next call could cost more than was allowed; it was not made."""


class DiskFull(OutsideError):
    """No room to write; what was acknowledged before is kept."""


class MissingExtra(OutsideError):
    """An optional package is not installed."""


class OutOfMemory(OutsideError):
    """Too little memory for a model, or for one page in it."""


class WorkerDied(OutsideError):
    """A child process was killed, crashed or ran out of its limits."""


class RectoWarning(UserWarning):
    """Something works, but probably not as it was meant to."""

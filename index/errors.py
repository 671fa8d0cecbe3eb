"""The errors that this package raises. Each message names the thing, the cause and what to do next.

VerbatimError
├── SourceError          a source cannot be read (one row of Changes.failed; never stops the next source)
├── StoreBusyError       another process is writing to the store
├── StoreError           the store cannot be opened, is damaged, or was made by another version
│   ├── DiskFullError    there is no room to write; reading goes on
│   └── EmptyStoreError  there is nothing to ask yet
└── UnknownDocumentError no document, or no such revision, has this id
"""


class VerbatimError(Exception):
    """The root of every error that Verbatim raises on purpose."""


class SourceError(VerbatimError):
    """A source cannot be read; the message says why and what to do."""


class StoreBusyError(VerbatimError):
    """Another process is writing to the store."""


class StoreError(VerbatimError):
    """The store cannot be opened."""


class DiskFullError(StoreError):
    """There is no room on the disk for what is to be written. What was acknowledged is safe, and can be read."""


class EmptyStoreError(StoreError):
    """The store holds no document yet."""


class UnknownDocumentError(VerbatimError):
    """No document has this id, or it has no such revision."""

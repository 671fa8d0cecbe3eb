"""Documents become searchable passages. Knows nothing of answering.

The import is cheap: SQLite and tantivy are loaded with it, ONNX Runtime when something is searched, Chroma when
something is added, and torch once, to export the encoder.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime reports to Microsoft unless told otherwise before it is loaded

from index.errors import (
    EmptyStoreError,
    SourceError,
    StoreBusyError,
    StoreError,
    UnknownDocumentError,
    VerbatimError,
)
from index.store import Index, default_path
from index.types import Changes, Document, Entry, Failure, Hit, Passage, Receipt, Source, Span, Status

__all__ = [
    "Changes",
    "Document",
    "EmptyStoreError",
    "Entry",
    "Failure",
    "Hit",
    "Index",
    "Passage",
    "Receipt",
    "Source",
    "SourceError",
    "Span",
    "Status",
    "StoreBusyError",
    "StoreError",
    "UnknownDocumentError",
    "VerbatimError",
    "default_path",
]

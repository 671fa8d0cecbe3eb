"""llama.cpp in this process, as a model of LlamaIndex. By xllamacpp (MIT), whose wheels need no compiler."""

from __future__ import annotations

import atexit
import os
import queue
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from llama_index.core.base.llms.generic_utils import completion_response_to_chat_response
from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)
from pydantic import PrivateAttr

from index.onnx import cores
from qa.write.compose import WriterError
from qa.write.prompt import MOST_WRITTEN_TOKENS, USUAL_CONTEXT

"""Prose from the citations of an answer, by a local language model that can make nothing up unseen.

``prompt`` tells the model its task, ``llm`` knows the backends (``llamacpp`` is one of them), ``parse`` reads what is
written as it comes, ``guard`` holds back what may not pass, and ``compose`` joins them with the checker of `qa.check`.
``leaving`` has the end of the program wait for them.
"""

from qa.write.compose import Patience, Writer, WriterError, written_out
from qa.write.llm import AnyWriter, LLMWriter, open_writer
from qa.write.prompt import Proof

__all__ = ["AnyWriter", "LLMWriter", "Patience", "Proof", "Writer", "WriterError", "open_writer", "written_out"]

"""A GGUF file of the owner's, run by llama.cpp in this process (xllamacpp); it speaks the OpenAI protocol on loopback.

In: the file. Out: a server with its address and a key that only this process knows.
"""

import secrets
from pathlib import Path

from rag.errors import LlmUnavailable


class LocalServer:
    """llama.cpp's own server, on a free port of 127.0.0.1."""

    def __init__(self, path: Path, threads: int, context: int) -> None:
        """Load the model.

        Raises:
            LlmUnavailable: llama.cpp cannot read the file.
        """
        from xllamacpp import CommonParams, Server

        params = CommonParams()
        params.model.path = str(path)
        params.n_ctx = context
        params.n_parallel = 1
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.ui = False
        params.verbosity = -1
        self.key = secrets.token_urlsafe(32)
        params.api_keys = [self.key]
        try:
            self._server = Server(params)
        except Exception as error:
            raise LlmUnavailable(
                f"llama.cpp cannot load {path}: {error}. Set BYLINE_LLM to a GGUF file of a chat model, or unset it."
            ) from error
        self.url = f"{self._server.listening_address}/v1"

    def close(self) -> None:
        """Stop the server and let the model go."""
        del self._server

"""Serve an alternative over HTTP: service.py MODULE CONFIGURATION.

Runs in the virtual environment of the alternative. Its function `open_search` stores the
documents and gives a function that searches. The endpoint is synchronous, so FastAPI runs it in its thread
pool. Prints the port once the documents are stored.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false

import importlib
import json
import os
import socket
import sys
from pathlib import Path

import uvicorn
from contract import Search
from fastapi import FastAPI

#: the port, apart from what libraries print
_ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)


def main() -> None:
    """Store the documents, print the port, serve."""
    os.dup2(2, 1)
    module, configuration = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    with importlib.import_module(module).open_search(configuration) as search:
        _serve(search)


def _serve(search: Search) -> None:
    application = FastAPI()

    @application.get("/search")
    def answer(query: str) -> list[str]:  # pyright: ignore[reportUnusedFunction]
        return search(query)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], file=_ANSWERS)
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run([listener])


if __name__ == "__main__":
    main()

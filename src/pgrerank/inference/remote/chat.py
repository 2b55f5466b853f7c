"""One question to a language model behind OpenAI's chat completions API."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from pgrerank.inference.remote.transport import Server

PATH = "/v1/chat/completions"
#: what a model thinks before it answers, also if it did not come to an end
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)


class _Message(Struct):
    content: str | None = None


class _Choice(Struct):
    message: _Message


class _Usage(Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer:
    """What a model said after its thoughts, and the tokens that the server counted, else 0."""

    text: str
    input_tokens: int
    output_tokens: int


async def ask(
    server: Server, path: str, *, model: str, system: str, task: str, deadline: float | None = None
) -> ChatAnswer:
    """Ask at temperature 0.

    Raises:
        RemoteError: The server gave no usable answer.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": task}],
        "temperature": 0,
    }
    answer = await server.post(path, body, deadline=deadline)
    try:
        completion = msgspec.convert(answer, _Completion)
    except msgspec.ValidationError as error:
        raise server.failure("gave an answer that is no chat completion") from error
    said = next((choice.message.content or "" for choice in completion.choices), "")
    used = completion.usage or _Usage()
    return ChatAnswer(
        text=_THOUGHT.sub("", said),
        input_tokens=used.prompt_tokens,
        output_tokens=used.completion_tokens,
    )

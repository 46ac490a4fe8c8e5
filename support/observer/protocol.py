"""OpenAI 线上形状：读请求、写应答。纯函数。

不做什么：不决定答什么（script）、不决定何时答（rules）、不碰套接字（server）。
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from typing import Any

from support.errors import ProtocolError

MODELS = ("observer", "observer-embedding")
VECTOR_SIZE = 1024
_PIECE = 6  # 流式时每块几个字
_NOT_PARAMS = ("messages", "model", "stream", "input")
_LONGEST_PARAM = 200


@dataclass(frozen=True, slots=True)
class Call:
    """一次模型请求里我们关心的部分。`inputs` 只有向量请求才有。"""

    model: str = ""
    stream: bool = False
    prompt: str = ""
    tail: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    want_usage: bool = False


def parse_chat(raw: bytes) -> Call:
    """读一次对话请求；不合形状时抛 ProtocolError。"""
    body = _object(raw)
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(item, dict) for item in messages):
        raise ProtocolError("messages 必须是消息对象的列表")
    users = [_content(item) for item in messages if item.get("role") == "user"]
    options = body.get("stream_options")
    return Call(
        model=str(body.get("model", "")),
        stream=body.get("stream") is True,
        prompt="\n".join(f"{item.get('role', '')}: {_content(item)}" for item in messages),
        tail=users[-1] if users else "",
        params=_params(body),
        want_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def parse_embeddings(raw: bytes) -> Call:
    """读一次向量请求；`input` 可以是一段文本、多段文本或词元编号。"""
    body = _object(raw)
    given = body.get("input")
    if isinstance(given, list) and given and all(isinstance(item, int) for item in given):
        given = [given]
    items = given if isinstance(given, list) else [given]
    if not items or not all(isinstance(item, (str, list)) for item in items):
        raise ProtocolError("input 必须是文本或文本的列表")
    if not 1 <= _dimensions(body) <= 8192:
        raise ProtocolError("dimensions 必须在 1 到 8192 之间")
    inputs = tuple(item if isinstance(item, str) else json.dumps(item) for item in items)
    return Call(
        model=str(body.get("model", "")),
        prompt="\n".join(f"input: {item}" for item in inputs),
        tail=inputs[-1],
        params=_params(body),
        inputs=inputs,
    )


def chat_pieces(call: Call, text: str, *, seq: int, created: int) -> list[bytes]:
    """把回答写成若干字节块：非流式一块 JSON，流式是一串 SSE。"""
    usage = _usage(call.prompt, text)
    if not call.stream:
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        body = _head("chat.completion", call, seq, created)
        return [dump({**body, "choices": [choice], "usage": usage})]
    head = _head("chat.completion.chunk", call, seq, created)
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[at : at + _PIECE]} for at in range(0, len(text), _PIECE)]
    chunks = [{**head, "choices": [_delta(delta, None)]} for delta in deltas]
    chunks.append({**head, "choices": [_delta({}, "stop")]})
    if call.want_usage:
        chunks.append({**head, "choices": [], "usage": usage})
    return [b"data: " + dump(chunk) + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def embedding_pieces(call: Call, vectors: list[list[float]]) -> list[bytes]:
    """把向量写成应答；`encoding_format=base64` 时按 float32 小端打包。"""
    packed = call.params.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _pack(item) if packed else item}
        for index, item in enumerate(vectors)
    ]
    usage = {"prompt_tokens": len(call.prompt), "total_tokens": len(call.prompt)}
    return [dump({"object": "list", "data": data, "model": call.model, "usage": usage})]


def broken_pieces(call: Call) -> list[bytes]:
    """半截 JSON：状态是 200，正文谁也读不懂。"""
    broken = b'{"id":"chatcmpl-broken","choices":[{"index":0,"message":{"role":"assist'
    return [b"data: " + broken + b"\n\n"] if call.stream else [broken]


def error_body(status: int, message: str) -> dict[str, Any]:
    """OpenAI 式的错误正文。"""
    kinds = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {
        "error": {"message": message, "type": kind, "param": None, "code": kinds.get(status)},
    }


def models_body() -> dict[str, Any]:
    """模型清单；请求里写别的模型名也照答。"""
    rows = [{"id": name, "object": "model", "created": 0, "owned_by": "maispec"} for name in MODELS]
    return {"object": "list", "data": rows}


def vector_size(call: Call) -> int:
    """这次请求要多少维。"""
    return _dimensions(call.params)


def dump(value: Any) -> bytes:
    """紧凑的 UTF-8 JSON。"""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("请求正文不是 JSON") from error
    if not isinstance(body, dict):
        raise ProtocolError("请求正文必须是 JSON 对象")
    return body


def _content(message: dict[str, Any]) -> str:
    """一条消息的全部文字；工具调用等非文本部分原样写成 JSON，免得漏看口令。"""
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    texts = [_part(part) for part in parts if part is not None]
    if message.get("tool_calls"):
        texts.append(json.dumps(message["tool_calls"], ensure_ascii=False))
    return "".join(texts)


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return str(part["text"])
    return json.dumps(part, ensure_ascii=False)


def _params(body: dict[str, Any]) -> dict[str, Any]:
    """其余的简单参数（温度、长度……）；大块的工具定义之类不留。"""
    return {
        key: value[:_LONGEST_PARAM] if isinstance(value, str) else value
        for key, value in body.items()
        if key not in _NOT_PARAMS and isinstance(value, (str, int, float))
    }


def _dimensions(body: dict[str, Any]) -> int:
    given = body.get("dimensions")
    return given if isinstance(given, int) else VECTOR_SIZE


def _head(kind: str, call: Call, seq: int, created: int) -> dict[str, Any]:
    return {"id": f"chatcmpl-{seq}", "object": kind, "created": created, "model": call.model}


def _delta(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _usage(prompt: str, text: str) -> dict[str, int]:
    """用字数充当词元数：确定、够用。"""
    return {
        "prompt_tokens": len(prompt),
        "completion_tokens": len(text),
        "total_tokens": len(prompt) + len(text),
    }


def _pack(values: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()

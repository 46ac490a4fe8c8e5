"""OpenAI 线上形状：读请求、写应答。纯函数。

不做什么：不决定答什么（scripts）、不决定何时答（rules）、不碰套接字（server）。
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from typing import Any

from support.errors import ProtocolError
from support.observer.call import Call, Message, Said, ToolCall

MODELS = ("observer", "observer-embedding")
VECTOR_SIZE = 1024
_PIECE = 6  # 流式时每块几个字
_NOT_PARAMS = ("messages", "model", "stream", "input")
_LONGEST_PARAM = 200


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
        messages=tuple(_message(item) for item in messages),
        tools=_tool_names(body.get("tools")),
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


def chat_pieces(call: Call, said: Said, *, seq: int, created: int) -> list[bytes]:
    """把回答写成若干字节块：非流式一块 JSON，流式是一串 SSE。"""
    calls = _wire_calls(said, seq)
    finish = "tool_calls" if calls else "stop"
    usage = _usage(call.prompt, said.text)
    if not call.stream:
        message: dict[str, Any] = {"role": "assistant", "content": said.text, "refusal": None}
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        body = _head("chat.completion", call, seq, created)
        return [dump({**body, "choices": [choice], "usage": usage})]
    head = _head("chat.completion.chunk", call, seq, created)
    text = said.text
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[at : at + _PIECE]} for at in range(0, len(text), _PIECE)]
    deltas += [{"tool_calls": [{"index": at, **one}]} for at, one in enumerate(calls)]
    chunks = [{**head, "choices": [_delta(delta, None)]} for delta in deltas]
    chunks.append({**head, "choices": [_delta({}, finish)]})
    if call.want_usage:
        chunks.append({**head, "choices": [], "usage": usage})
    return [b"data: " + dump(chunk) + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def told(said: Said) -> str:
    """回答里的全部内容，写进记录：文字，加上工具调用的原文。"""
    calls = [{"name": one.name, "arguments": dict(one.arguments)} for one in said.calls]
    return said.text + (json.dumps(calls, ensure_ascii=False) if calls else "")


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


def _message(item: dict[str, Any]) -> Message:
    given = item.get("tool_calls")
    calls = given if isinstance(given, list) else []
    return Message(
        role=str(item.get("role", "")),
        text=_content({"content": item.get("content")}),
        calls=tuple(_read_call(one) for one in calls if isinstance(one, dict)),
        call_id=str(item.get("tool_call_id") or ""),
    )


def _read_call(given: dict[str, Any]) -> ToolCall:
    """一次旧的工具调用；参数不是 JSON 对象时当作没有参数。"""
    function = _mapping(given.get("function"))
    try:
        arguments = _mapping(json.loads(str(function.get("arguments") or "{}")))
    except (ValueError, RecursionError):
        arguments = {}
    return ToolCall(str(function.get("name", "")), arguments, str(given.get("id", "")))


def _tool_names(tools: Any) -> tuple[str, ...]:
    listed = tools if isinstance(tools, list) else []
    functions = [_mapping(_mapping(tool).get("function")) for tool in listed]
    return tuple(str(function["name"]) for function in functions if "name" in function)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _wire_calls(said: Said, seq: int) -> list[dict[str, Any]]:
    """线上形状的工具调用；编号由请求的次序得出，不用随机数。"""
    return [
        {
            "id": one.id or f"call_{seq}_{at}",
            "type": "function",
            "function": {
                "name": one.name,
                "arguments": json.dumps(dict(one.arguments), ensure_ascii=False),
            },
        }
        for at, one in enumerate(said.calls)
    ]


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


def _delta(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
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

#!/usr/bin/env bash
# 以为：流式应答有结束的记号（finish_reason 与 [DONE]）；没等到就断了，SDK 会抛错。
# 其实：对方好好地关上连接就算完：循环正常结束，连 stream() 的 get_final_completion() 也交出半句话，只有 finish_reason 是 None。
# 版本：openai 3.54.0
# 来源：跑出来的；同一件事在下游：https://github.com/pydantic/pydantic-ai/issues/6610
# 谁会遇到：经过网关、代理的流式对话；半句回答被当作整句存进历史。要自己查 finish_reason。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check openai==3.54.0 || exit 2

cat > try.py <<'PY'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["NO_PROXY"] = "127.0.0.1"
from openai import OpenAI


def piece(text, finish=None):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


HALF = piece("密码") + piece("不是")
WHOLE = HALF + piece("七", "stop") + b"data: [DONE]\n\n"


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()  # HTTP/1.0：没有长度，写完关连接
        self.wfile.write(WHOLE if self.path.startswith("/whole") else HALF)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
question = {"model": "m", "messages": [{"role": "user", "content": "密码是不是七？"}]}
for path in ("whole", "half"):
    with OpenAI(base_url=f"http://127.0.0.1:{server.server_port}/{path}", api_key="k") as client:
        chunks = list(client.chat.completions.create(stream=True, **question))
        print(path, "逐块：", "".join(c.choices[0].delta.content for c in chunks))
        with client.chat.completions.stream(**question) as stream:
            choice = stream.get_final_completion().choices[0]
        print(path, "合成：", choice.message.content, choice.finish_reason)
server.shutdown()
PY

cat > seen.txt <<'SEEN'
whole 逐块： 密码不是七
whole 合成： 密码不是七 stop
half 逐块： 密码不是
half 合成： 密码不是 None
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：没有结束记号的流也正常结束。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi

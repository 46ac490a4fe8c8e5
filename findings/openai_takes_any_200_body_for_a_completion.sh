#!/usr/bin/env bash
# 以为：应答不是一份补全，create() 会抛错；不抛错，拿到的就是 ChatCompletion，choices 是个列表。
# 其实：200 的网页原样返回成一个 str；200 的 {"error": …} 成了 choices 为 None 的 ChatCompletion，错误的话在 .error 里。都不抛错、不重试。
# 版本：openai 3.54.0
# 来源：跑出来的；常见的下游症状：https://github.com/Henry-23/VideoChat/issues/20
# 谁会遇到：base_url 少写了 /v1、对方是带管理页的网关；出错也回 200 的兼容服务。要等到 .choices[0] 才炸，炸的是别的错。
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export PYTHONUTF8=1
python3 -m venv venv || exit 2
venv/bin/python -m pip install -qq --disable-pip-version-check openai==3.54.0 || exit 2

cat > try.py <<'PY'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["NO_PROXY"] = "127.0.0.1"
from openai import OpenAI

BODIES = {
    "/chat/completions": ("text/html", "<html>网关的管理页</html>"),
    "/v1/chat/completions": ("application/json", '{"error": {"message": "额度用完了"}}'),
}
calls = []


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        calls.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        kind, text = BODIES[self.path]
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(path):
    url = "http://127.0.0.1:%d%s" % (server.server_port, path)
    with OpenAI(base_url=url, api_key="k") as client:
        return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])


page = ask("")
print(f"网页：{type(page).__name__}，{page}")
refused = ask("/v1")
print(f"错误：{type(refused).__name__}，choices={refused.choices}，error={refused.error}")
print(f"请求 {len(calls)} 次")
server.shutdown()
PY

cat > seen.txt <<'SEEN'
网页：str，<html>网关的管理页</html>
错误：ChatCompletion，choices=None，error={'message': '额度用完了'}
请求 2 次
SEEN

if venv/bin/python try.py > now.txt && diff -u seen.txt now.txt; then
    echo "如所记：200 的应答不论是什么，create() 都收下。"
else
    echo "变了：上面带 - 的是记下的，带 + 的是现在的。"
    exit 1
fi

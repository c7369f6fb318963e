#!/usr/bin/env python3
"""A model server on the loopback that answers well or ill, as the path says.

    model_server.py            prints its port, and serves until its standard input ends

POST /invocations and /sum give the sum of a line's numbers (an empty field counts 0; a line without
numbers gives an empty line); the others are named below. GET /log gives what was asked: a line a
request with path, content type, rows, connection.
"""
import http.server
import json
import socketserver
import sys
import threading
import time

seen = []
failures = {}
lock = threading.Lock()


def rows_of(body):
    return body.decode().splitlines()


def total(line):
    numbers = [float(f) for f in line.split(",") if f and f.lstrip("-")[:1].isdigit()]
    return repr(sum(numbers)) if numbers else ""


def sums(body):
    return "".join(total(line) + "\n" for line in rows_of(body))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, text, code=200, **headers):
        data = text.encode() if isinstance(text, str) else text
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        with lock:
            self.answer("".join(seen))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.strip("/").replace("/", "_") or "root"
        with lock:
            seen.append(f"{self.path} {self.headers.get('content-type')} {len(rows_of(body))} "
                        f"{self.client_address[1]}\n")
        if self.path.startswith("/endpoints/"):
            path = "signed"
        getattr(self, "serve_" + path, self.serve_missing)(body)

    def serve_missing(self, _):
        self.answer("no such path\n", 404)

    def serve_invocations(self, body):
        self.answer(sums(body))

    serve_sum = serve_invocations

    def serve_signed(self, body):
        if not self.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=AKIDTEST/"):
            self.answer("not signed", 403)
            return
        model = self.headers.get("x-amzn-sagemaker-target-model", "")
        self.answer(sums(body) if not model else f"{model}\n" * len(rows_of(body)))

    def serve_crlf(self, body):
        self.answer(sums(body).replace("\n", "\r\n").rstrip())

    def serve_chunked(self, body):
        data = sums(body).encode()
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for at in range(0, len(data), 7):
            part = data[at:at + 7]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def serve_echo(self, body):
        self.answer(body)

    def serve_json(self, body):
        value = json.loads(body)
        self.answer(json.dumps({"got": value}))

    def serve_jsonlines(self, body):
        self.answer("".join(json.dumps({"got": json.loads(line)}) + "\n" for line in rows_of(body)))

    def serve_slow(self, body):
        time.sleep(0.3)
        self.answer(sums(body))

    def serve_never(self, _):
        time.sleep(60)

    def serve_truncated(self, body):
        data = sums(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data) + 100))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def serve_badchunk(self, _):
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"zz\r\nnonsense\r\n")
        self.close_connection = True

    def serve_fewer(self, body):
        self.answer("".join(sums(body).splitlines(True)[:-1]))

    def serve_more(self, body):
        self.answer(sums(body) + "1\n")

    def serve_words(self, body):
        self.answer("many\n" * len(rows_of(body)))

    def serve_huge(self, _):
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        part = b"1\n" * 32768
        try:
            for _ in range(2000):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        except OSError:
            pass
        self.close_connection = True

    def serve_500(self, _):
        self.answer("out of\tmemory \x1b[31m at <model>\n", 500)

    def serve_400(self, _):
        self.answer('{"error": "bad column \\u00e4"}', 400)

    def fail_first(self, body, code, **headers):
        with lock:
            failures[self.path] = failures.get(self.path, 0) + 1
            first = failures[self.path] == 1
        if first:
            self.answer("later\n", code, **headers)
        else:
            self.answer(sums(body))

    def serve_throttled(self, body):
        self.fail_first(body, 429, retry_after="1")

    def serve_flaky(self, body):
        self.fail_first(body, 503)

    def serve_broken(self, body):
        with lock:
            failures[self.path] = failures.get(self.path, 0) + 1
            first = failures[self.path] == 1
        if first:
            self.close_connection = True
            return
        self.answer(sums(body))

    def serve_redirect(self, _):
        self.answer("", 307, location="http://127.0.0.1:1/elsewhere")

    def serve_invocations_odd(self, _):
        self.wfile.write(b"this is not HTTP\r\n\r\n")
        self.close_connection = True


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

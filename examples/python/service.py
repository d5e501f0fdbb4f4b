"""A service in Python's standard library: token introspection (RFC 7662). Run it: python3 service.py"""

import base64
import http.server
import json
import os
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["AUTH_URL"] + "/v1/introspect"
CREDENTIALS = ":".join(urllib.parse.quote_plus(os.environ[name]) for name in ("AUTH_CLIENT_ID", "AUTH_CLIENT_SECRET"))
BASIC = "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()


class Unavailable(Exception):
    """Nothing is known of the session: answer 503, never 401."""


def introspect(token):
    """What the token stands for, or None when it is no live one."""
    body = urllib.parse.urlencode({"token": token}).encode()
    request = urllib.request.Request(URL, body, {"Authorization": BASIC})
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            answer = json.load(response)
    except (urllib.error.URLError, OSError, ValueError) as error:
        # Also when this very client is refused: that is no fault of the person who asks.
        raise Unavailable from error
    return answer if answer["active"] else None


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            session = introspect(token) if scheme.lower() == "bearer" and token else None
        except Unavailable:
            return self.answer(503, {"error": "try again"}, {"Retry-After": "1"})
        if session is None:
            return self.answer(401, {"error": "sign in"}, {"WWW-Authenticate": "Bearer"})
        return self.answer(200, {"account": session["sub"]}, {})

    def answer(self, status, document, headers):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "4000"))), Service)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()

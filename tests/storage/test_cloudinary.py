import json
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cloudinary.utils import api_sign_request

from app.storage.cloudinary import CloudinaryAccount, CloudinaryStore
from app.storage.port import FileNotKept, StoreUnavailable

SECRET = "loopback-secret"


class StandIn(ThreadingHTTPServer):
    """Speaks the service's wire format on this machine and refuses what is not signed or not private."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.kept: dict[str, bytes] = {}
        self.is_down = False


class Answers(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        form = self._form()
        action = urlsplit(self.path).path
        if self.server.is_down:
            self._say(500, {"error": {"message": "down"}})
        elif not self._is_signed(form):
            self._say(401, {"error": {"message": "Invalid Signature"}})
        elif action == "/v1_1/demo/raw/upload" and form["type"] == "authenticated":
            self.server.kept[form["public_id"]] = form["file"]
            self._say(200, {"public_id": form["public_id"], "type": form["type"]})
        elif action == "/v1_1/demo/raw/destroy" and form["type"] == "authenticated":
            gone = self.server.kept.pop(form["public_id"], None)
            self._say(200, {"result": "not found" if gone is None else "ok"})
        else:
            self._say(400, {"error": {"message": f"unexpected {action}"}})

    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        kept = self.server.kept.get(asked["public_id"])
        if not self._is_signed(asked) or asked["type"] != "authenticated" or kept is None:
            self._say(404 if kept is None else 401, {})
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(kept)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the test's output quiet."""

    def _form(self) -> dict[str, Any]:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body
        )
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        return {
            str(name): part.get_payload(decode=True) if name == "file" else part.get_payload(decode=True).decode()  # type: ignore[union-attr]
            for name, part in parts.items()
        }

    def _is_signed(self, sent: dict[str, Any]) -> bool:
        signed = {
            name: value for name, value in sent.items() if name not in {"file", "api_key", "signature", "resource_type"}
        }
        return bool(sent.get("signature") == api_sign_request(signed, SECRET))

    def _say(self, status: int, answer: object) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


@pytest.fixture
def service() -> Iterator[StandIn]:
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def store(service: StandIn) -> CloudinaryStore:
    return CloudinaryStore(CloudinaryAccount("demo", "key", SECRET, api_host=f"http://127.0.0.1:{service.server_port}"))


def test_a_file_comes_back_as_it_was_uploaded(store: CloudinaryStore) -> None:
    key = store.save(b"\xff\xd8picture", "image/jpeg")

    assert store.open(key) == b"\xff\xd8picture"


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(store: CloudinaryStore, service: StandIn) -> None:
    key = store.save(b"picture", "image/jpeg")

    store.delete(key)
    store.delete(key)

    assert not service.kept
    with pytest.raises(FileNotKept):
        store.open(key)


def test_a_wrong_secret_is_refused_in_words_that_do_not_show_it(service: StandIn) -> None:
    account = CloudinaryAccount("demo", "key", "wrong-secret", api_host=f"http://127.0.0.1:{service.server_port}")

    with pytest.raises(StoreUnavailable) as refused:
        CloudinaryStore(account).save(b"picture", "image/jpeg")

    assert "wrong-secret" not in f"{refused.value} {refused.value.user_message} {account}"


def test_a_service_that_is_down_is_said_to_be(store: CloudinaryStore, service: StandIn) -> None:
    service.is_down = True

    with pytest.raises(StoreUnavailable):
        store.save(b"picture", "image/jpeg")

"""A cable between a browser and the site, to be cut, or to hold back what the site sends."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

from playwright.sync_api import Page

BYTES = 1 << 16

RESULT = b'class="result '
"""What the end of a run, of many runs and of a comparison begins with."""


def retry_soon(page: Page) -> None:
    """Have a page try as often as ever to take a lost stream up again, but not wait for seconds."""
    page.locator("#form").evaluate(
        """form => form.setAttribute("hx-config",
          form.getAttribute("hx-config").replace(/(reconnectMaxDelay):\\d+/, "$1:50"))"""
    )


class Cable:
    """Passes connections on to `port`, until it is cut; and again when it is mended."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._mended = True
        self._held = b""
        self._let_go = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Cable:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cut()
        self.let_go()
        self._listener.close()

    def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        self._mended = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through."""
        self._mended = True

    def hold(self, mark: bytes) -> None:
        """Hold back what the site sends from where it sends `mark`, connection by connection."""
        self._let_go.clear()
        self._held = mark

    def let_go(self) -> None:
        """Pass on what was held back, and all that follows."""
        self._held = b""
        self._let_go.set()

    def lead(self, port: int) -> None:
        """Pass new connections on to another port."""
        self._to = port

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                if self._mended:
                    self._connect(near)
                else:
                    near.close()

    def _connect(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._to))
        self._ends += [near, far]
        for pass_on, ends in ((_pass_on, (near, far)), (self._pass_back, (far, near))):
            threading.Thread(target=pass_on, args=ends, daemon=True).start()

    def _pass_back(self, site: socket.socket, browser: socket.socket) -> None:
        last = b""
        with contextlib.suppress(OSError):
            while data := site.recv(BYTES):
                # A mark may come in two pieces: the browser then has no whole message with it.
                if self._held and self._held in last + data:
                    self._let_go.wait()
                last = data
                browser.sendall(data)
            browser.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(BYTES):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)

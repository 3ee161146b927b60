"""A TCP proxy between a browser and the site, which can break or delay connections."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

from playwright.sync_api import Page

BYTES = 1 << 16

RESULT = b'class="result '
"""The beginning of the result of a run, of many runs and of a comparison."""


def retry_soon(page: Page) -> None:
    """Let a page wait only 50 ms between its attempts to resume a lost stream."""
    page.locator("#form").evaluate(
        """form => form.setAttribute("hx-config",
          form.getAttribute("hx-config").replace(/(reconnectMaxDelay):\\d+/, "$1:50"))"""
    )


class TcpProxy:
    """Forwards connections to `port`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._connected = True
        self._held = b""
        self._released = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> TcpProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cut()
        self.release()
        self._listener.close()
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()

    def cut(self) -> None:
        """Break all connections, and close new ones at once."""
        self._connected = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        """Forward new connections again."""
        self._connected = True

    def hold(self, mark: bytes) -> None:
        """Hold back what the site sends on a connection, from the piece with `mark` on."""
        self._released.clear()
        self._held = mark

    def release(self) -> None:
        """Forward what was held back, and all that follows."""
        self._held = b""
        self._released.set()

    def redirect(self, port: int) -> None:
        """Forward new connections to another port."""
        self._to = port

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                if self._connected:
                    self._connect(near)
                else:
                    near.close()

    def _connect(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._to))
        self._ends += [near, far]
        for pass_on, ends in ((_pass_on, (near, far)), (self._pass_back, (far, near))):
            thread = threading.Thread(target=pass_on, args=ends, daemon=True)
            thread.start()
            self._threads.append(thread)
        if not self._connected:  # cut() has not seen these ends
            self.cut()

    def _pass_back(self, site: socket.socket, browser: socket.socket) -> None:
        last = b""
        with contextlib.suppress(OSError):
            while data := site.recv(BYTES):
                # The mark may be split over two pieces; the first of them is no complete message.
                if self._held and self._held in last + data:
                    self._released.wait()
                last = data
                browser.sendall(data)
            browser.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(BYTES):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)

"""Fork a warm interpreter for each request; it runs the file and prints into the connection.

This is the least that a server of programs can do, to compare the site with: see `bench.forks`.

    python -m bench.programs.bare_server PORT FILE PARAMETERS
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys

from bench.programs.bare_forks import become, prepared

ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def main(port: str, path: str, parameters: str) -> None:
    """Serve until killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the children
    source = prepared(path, json.loads(parameters))
    server = socket.create_server(("127.0.0.1", int(port)), backlog=1024)
    while True:
        connection, _ = server.accept()
        if _read_request(connection) and os.fork() == 0:
            server.close()
            connection.sendall(ANSWER)
            sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
            become(source, path, connection.detach())
        connection.close()


def _read_request(connection: socket.socket) -> bool:
    """Read a request to its end; return False if the client closes before that."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(1 << 16)
        if not more:
            return False
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    found = LENGTH.search(head)
    left = int(found[1]) - len(body) if found else 0
    while left > 0:
        left -= len(connection.recv(left))
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])

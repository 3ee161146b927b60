"""nginx and Caddy in front of a site on this machine, with the files in deploy/."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stream import wait_for
from tools.serving import free_port

ROOT = Path(__file__).resolve().parent.parent
NAME = "movazi.example.org"

MAIN = """
daemon off;
worker_processes auto;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
"""The settings of Debian's nginx.conf, in a temporary folder."""


@contextmanager
def nginx(site: int, folder: Path) -> Iterator[int]:
    """Start nginx in front of a site; yield its port."""
    port = free_port()
    text = (ROOT / "deploy/nginx.conf").read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{site}"),
        (f"server_name {NAME};", "server_name 127.0.0.1;"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True)
    with _started(command, port, {}):
        yield port


@contextmanager
def caddy(site: int, folder: Path) -> Iterator[int]:
    """Start Caddy in front of a site; yield its port. Without a certificate it uses HTTP here."""
    port = free_port()
    file = ROOT / "deploy/Caddyfile"
    settings = {
        "MOVAZI_HOSTS": f"http://127.0.0.1:{port}",
        "UPSTREAM": f"127.0.0.1:{site}",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
    with _started(command, port, settings):
        yield port


@contextmanager
def _started(command: list[str], port: int, settings: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(command, env={**os.environ, **settings}) as process:
        try:
            wait_for(port)
            yield
        finally:
            process.terminate()

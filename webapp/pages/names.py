"""What the site's machine is called, where nobody has said which names it answers to."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


def own_names() -> list[str]:
    """The names of this machine: on itself, in its network, and in a codespace."""
    machine = socket.gethostname()
    names = ["localhost", ".localhost", machine, f"{machine}.local"]
    codespace = os.environ.get("CODESPACE_NAME")
    domain = os.environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
    if codespace and domain:
        names.append(f".{domain}")  # CODESPACE-PORT.DOMAIN: GitHub lets only its owner in
    return names


def is_number(host: str) -> bool:
    """Whether it is a machine's number, with a port or without: no site can call itself so."""
    try:
        ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return True

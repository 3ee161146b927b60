"""The host names of this machine: the default where MOVAZI_HOSTS is empty."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


def own_names() -> list[str]:
    """Return this machine's names: local, in its network, and in a GitHub codespace."""
    machine = socket.gethostname()
    names = ["localhost", ".localhost", machine, f"{machine}.local"]
    codespace = os.environ.get("CODESPACE_NAME")
    domain = os.environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
    if codespace and domain:
        names.append(f".{domain}")  # CODESPACE-PORT.DOMAIN: GitHub lets only its owner in
    return names


def is_ip_address(host: str) -> bool:
    """Return whether a `Host` header is an IP address, with or without a port."""
    try:
        ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return True

"""What every page needs of the machine."""

from __future__ import annotations

import contextlib
import socket

from sphinx.errors import ConfigError

from literate.words import _, later

LOOPBACK = "127.0.0.1"
FILES = 1024  # open at once: pipes and sockets of every reader and its kernel
FEWEST_FILES = 256
TOO_FEW_FILES = later("Too few files can be open at once. Run `ulimit -n 1024`, and try again.")


def require() -> None:
    """Make sure of what every page needs.

    Raises:
        ConfigError: this machine does not have it.

    """
    require_loopback()
    with contextlib.suppress(ImportError):  # Windows has no such limit
        require_files()


def require_loopback() -> None:
    """Make sure that this process and a kernel can talk; they would wait for a minute to find out.

    Raises:
        ConfigError: they cannot.

    """
    try:
        with socket.create_server((LOOPBACK, 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
    except OSError as error:
        raise ConfigError(
            _(
                "The processes that run the pages cannot be reached ({address}: {error}). "
                "Turn the loopback on (on Linux: `ip link set lo up`)."
            ).format(address=LOOPBACK, error=error.strerror)
        ) from error


def require_files() -> None:
    """Let this process and its children open as many files as they need.

    Raises:
        ConfigError: the system does not let them.

    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    allowed = FILES if hard == unlimited else min(FILES, hard)
    if soft != unlimited and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < FEWEST_FILES:
        raise ConfigError(_(TOO_FEW_FILES))

"""Show a book in the browser while it is written.

``python -m literate.preview.live CONF SOURCE OUT`` has three processes: one serves the pages and
watches the sources; one has imported Sphinx and what the book needs, and forks a build for each
change; one forks the kernels.
"""

from __future__ import annotations

import argparse
import errno
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn

from literate.preview.builder import FORK, Work, builder
from literate.preview.server import Preview, application
from literate.run import scratch
from literate.words import _, later, speak_like

# Why a port cannot be had, and what to do.
TROUBLES = {
    errno.EADDRINUSE: later(
        "Another program uses it (perhaps another preview). End that, or choose another one, "
        "such as --port 8001."
    ),
    errno.EACCES: later("You may not use it. Choose a port from 1024 on."),
    errno.ENETUNREACH: later("127.0.0.1 cannot be reached. Turn the loopback (lo) on."),
}


def listen(port: int) -> socket.socket:
    """Take the port, and try it.

    Raises:
        SystemExit: it cannot be had.

    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        socket.create_connection(listener.getsockname()).close()
    except OSError as error:
        why = _(TROUBLES[error.errno]) if error.errno in TROUBLES else error.strerror
        message = _("Port {port} cannot be used: {why}")
        raise SystemExit(message.format(port=port, why=why)) from None
    return listener


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="literate.preview.live")
    parser.add_argument("conf", type=Path, help="folder of conf.py")
    parser.add_argument("source", type=Path, help="folder of the pages")
    parser.add_argument("out", type=Path, help="folder for the preview")
    parser.add_argument("--watch", type=Path, nargs="*", default=[], help="more to watch")
    parser.add_argument("--port", type=int, choices=range(1, 1 << 16), metavar="PORT", default=8000)
    return parser.parse_args()


def main() -> None:
    """Serve until Ctrl-C."""
    options = arguments()
    speak_like(options.conf)
    work = Work(options.conf, options.source, options.out)
    listener = listen(options.port)
    work.html.mkdir(parents=True, exist_ok=True)
    if not scratch.hold(work.out):
        raise SystemExit(_("The preview of this book runs already. End that one first."))
    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=builder, args=(theirs, (ours, listener), work))
    child.start()
    theirs.close()
    watched = [work.source, work.conf / "conf.py", *options.watch]
    print(_("Open http://127.0.0.1:{port}/. To end: Ctrl-C.").format(port=options.port), flush=True)
    config = uvicorn.Config(
        application(Preview(ours, work), watched), log_level="critical", timeout_graceful_shutdown=1
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    ours.close()
    child.join()


if __name__ == "__main__":
    main()

"""WebKit's small browser as Debian has it, with its driver, which takes commands as HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.browser.engines.base import PATIENCE, wait_for
from tests.browser.engines.webdriver import WebDriver, program

BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), Path("MiniBrowser"))


def listens(port: int) -> bool:
    """Tell whether a program of this machine takes calls there."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


class WebKit(WebDriver):
    """WebKit's small browser, by its driver, on a screen that nobody sees."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        driver = program("WebKitWebDriver", "webkit2gtk-driver")
        screen = program("Xvfb", "xvfb")
        read, write = os.pipe()
        self.start(
            screen,
            "-displayfd",
            str(write),
            "-screen",
            "0",
            "1600x1200x24",
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as display:
            number = display.readline().strip()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder = folder
        self.places = os.environ | {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "DISPLAY": f":{number}",
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.start(driver, f"--port={port}", env=self.places, **quiet)
        self.root = f"http://127.0.0.1:{port}/session"
        options = {"binary": str(BROWSER), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        wait_for(lambda: listens(port), "WebKitWebDriver")
        self.root += "/" + self.command("", capabilities=wanted)["sessionId"]

    def command(self, name: str, **values: Any) -> Any:
        """What a command answers."""
        body = json.dumps(values).encode()
        request = Request(self.root + name, body, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:  # its words say why
            raise RuntimeError(f"{name}: {error.read().decode()}") from error

    def go(self, address: str) -> None:
        self.command("/url", url=address)

    def enter(self, place: int) -> None:
        self.command("/frame", id=place)

    def run(self, script: str, *values: object) -> Any:
        return self.command("/execute/sync", script=script, args=values)

    def act(self, *sources: dict) -> None:
        self.command("/actions", actions=sources)

    def size(self, width: int, height: int) -> None:
        self.command("/window/rect", width=width, height=height)

    def console(self, addresses: list[str]) -> list[str]:
        """In the browser without its driver, which keeps the console to itself."""
        log = self.folder / "console"
        with log.open("w") as out:
            options = ["--enable-write-console-messages-to-stdout=true", *addresses]
            browser = self.start(
                str(BROWSER), *options, stdout=out, stderr=subprocess.STDOUT, env=self.places
            )
            wait_for(lambda: "the end" in log.read_text(), "the console")
            time.sleep(1)
            browser.terminate()
            browser.wait()
        return [line for line in log.read_text().splitlines() if "CONSOLE" in line]

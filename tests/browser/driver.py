"""Firefox and WebKit as Debian has them, driven by WebDriver's commands.

Firefox takes the commands itself, by its own protocol (Marionette); WebKit's driver takes them as
HTTP. Neither asks for anything that is not in Debian's packages.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c"}
KEYS |= {"Home": "\ue011", "ArrowRight": "\ue014"}
PATIENCE = 30  # seconds for a browser to start, or a page to do what it is to do
BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), Path("MiniBrowser"))
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Missing(Exception):
    """A browser is not installed."""


def program(name: str, package: str) -> str:
    """Where a program is; say which package of Debian has it where it is not."""
    found = shutil.which(name)
    if not found:
        raise Missing(f"{name} が見つかりません。{package} を入れてください。")
    return found


def wait_for(found: Callable[[], Any], what: str) -> Any:
    """What is found, as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.05)
    raise TimeoutError(what)


def listens(port: int) -> bool:
    """Tell whether a program of this machine takes calls there."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


class Engine(ABC):
    """A browser with one window."""

    def __init__(self) -> None:
        self.stack = ExitStack()

    def start(self, *command: str, **options: Any) -> subprocess.Popen:
        """Start a program, and end it with this browser."""
        process = subprocess.Popen(command, **options)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    @abstractmethod
    def go(self, address: str) -> None:
        """Open a page."""

    @abstractmethod
    def run(self, script: str, *values: object) -> Any:
        """What a function's body returns in the page, of these `arguments`."""

    @abstractmethod
    def act(self, *sources: dict) -> None:
        """Perform WebDriver's actions."""

    @abstractmethod
    def console(self, addresses: list[str]) -> list[str]:
        """The lines that pages write to the console when they are opened."""

    @abstractmethod
    def size(self, width: int, height: int) -> None:
        """Make the window so large."""

    def wait(self, condition: str, *values: object) -> Any:
        """What an expression is in the page, as soon as it is true."""
        return wait_for(lambda: self.run(f"return {condition}", *values), condition)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        values = [KEYS.get(key, key) for key in keys]
        strokes = [{"type": kind, "value": v} for v in values for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": strokes})

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        moves += [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self.act({"type": "pointer", "id": "mouse", "actions": moves})


class Firefox(Engine):
    """Firefox, by Marionette: each message is its length, a colon, and JSON."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (folder / "user.js").write_text("\n".join(lines))
        command = [program("firefox-esr", "firefox-esr"), "--headless", "--no-remote"]
        command += ["--marionette", "--remote-allow-system-access", "--profile", str(folder)]
        quiet = subprocess.DEVNULL
        self.start(*command, stdout=quiet, stderr=quiet, env=os.environ | {"HOME": str(folder)})
        port = folder / "MarionetteActivePort"
        wait_for(lambda: port.exists() and port.read_text(), "Firefox")
        self.socket = self.stack.enter_context(
            socket.create_connection(("127.0.0.1", int(port.read_text())), PATIENCE)
        )
        self.count = 0
        self.read()
        self.command("WebDriver:NewSession")

    def read(self) -> Any:
        """The next message."""
        length = b""
        while (digit := self.socket.recv(1)) != b":":
            length += digit
        text = b""
        while len(text) < int(length):
            text += self.socket.recv(int(length) - len(text))
        return json.loads(text)

    def command(self, name: str, **values: Any) -> Any:
        """What a command answers."""
        self.count += 1
        message = json.dumps([0, self.count, name, values]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.read()
        assert not error, error
        return result

    def go(self, address: str) -> None:
        self.command("WebDriver:Navigate", url=address)

    def run(self, script: str, *values: object) -> Any:
        return self.command("WebDriver:ExecuteScript", script=script, args=values)["value"]

    def act(self, *sources: dict) -> None:
        self.command("WebDriver:PerformActions", actions=sources)

    def size(self, width: int, height: int) -> None:
        self.command("WebDriver:SetWindowRect", width=width, height=height)

    def console(self, addresses: list[str]) -> list[str]:
        for address in addresses:
            self.go(address)
            time.sleep(0.3)  # for what comes after the page
        self.command("Marionette:SetContext", value="chrome")
        lines = self.run("""
            const all = Services.console.getMessageArray().map(String);
            Services.console.reset();
            return all.filter((each) => /\\{file: "(file|http):/.test(each));
        """)
        self.command("Marionette:SetContext", value="content")
        return lines


class WebKit(Engine):
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
        with urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]

    def go(self, address: str) -> None:
        self.command("/url", url=address)

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


ENGINES = {"firefox": Firefox, "webkit": WebKit}

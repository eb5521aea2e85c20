"""Firefox as Debian has it. It takes WebDriver's commands itself, by its own protocol."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.browser.engines.base import PATIENCE, wait_for
from tests.browser.engines.webdriver import WebDriver, program

PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "ui.useOverlayScrollbars": 1,  # as on phones, they take no room
    "datareporting.policy.dataSubmissionEnabled": False,
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox(WebDriver):
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

    def enter(self, place: int) -> None:
        self.command("WebDriver:SwitchToFrame", id=place)

    def run(self, script: str, *values: object) -> Any:
        return self.command("WebDriver:ExecuteScript", script=script, args=values)["value"]

    def act(self, *sources: dict) -> None:
        self.command("WebDriver:PerformActions", actions=sources)

    def size(self, width: int, height: int) -> None:
        self.command("WebDriver:SetWindowRect", width=width, height=height)

    def console(self, addresses: list[str]) -> list[str]:
        self.lines()  # of what was opened before
        for address in addresses:
            self.go(address)
            time.sleep(0.3)  # for what comes after the page
        return self.lines()

    def lines(self) -> list[str]:
        """Take what stands in the console."""
        self.command("Marionette:SetContext", value="chrome")
        lines = self.run("""
            const all = Services.console.getMessageArray().map(String);
            Services.console.reset();
            return all.filter((each) => /\\{file: "(file|http):/.test(each));
        """)
        self.command("Marionette:SetContext", value="content")
        return lines

"""Read in the log of pip or venv what has really gone wrong."""

from __future__ import annotations

import re

from bootstrap.refusal import DISK_FULL, OTHER_FOLDER

AGAIN = "もう一度 make してください。"
OTHER_PYTHON = "別の Python を指定してください（make BASE_PYTHON=/path/to/python3）。"
# From the plainest to the vaguest: after a lost connection pip says that it has found no version.
CAUSES = (
    (r"No space left on device|Disk quota exceeded", DISK_FULL),
    (r"Read-only file system|Permission denied", f"書き込めないところがあります。{OTHER_FOLDER}"),
    (
        r"contains the PATH separator",
        "フォルダーの名前に、使えない文字（: か ;）があります。名前を変えて、" + AGAIN,
    ),
    (
        r"No module named '?(?:venv|ensurepip)|ensurepip is not available",
        "venv モジュールを入れてから（Debian・Ubuntu では apt install python3-venv）、" + AGAIN,
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "届いたパッケージが requirements.lock のものと違います。配布元を確かめてください。",
    ),
    (
        r"Failed (?:to build|building wheel for) '?([\w.-]+)",
        r"\1 を、この Python のために組み立てられません。" + OTHER_PYTHON,
    ),
    (
        r"ResolutionImpossible|conflicting dependencies",
        "requirements.lock か pyproject.toml の版が、ほかのパッケージかこの Python に合いません。",
    ),
    (
        r"NewConnectionError|NameResolutionError|ProxyError|SSLError|Retrying \(Retry"
        r"|(?:Connect|Read)\w*Timeout|Connection (?:broken|reset|refused|aborted)"
        r"|HTTP error|HTTPError",
        "ネットワークにつながりません。つないでから、" + AGAIN,
    ),
    (
        r"No matching distribution found for ([\w.-]+)",
        r"\1 の、この Python に合う版が配布元にありません。" + OTHER_PYTHON,
    ),
    (
        r"requires a different Python",
        "この Python に合わないパッケージがあります。" + OTHER_PYTHON,
    ),
)


def diagnose(log: str) -> str:
    """Return the cause and what to do, in Japanese."""
    for pattern, words in CAUSES:
        found = re.search(pattern, log)
        if found:
            return found.expand(words)
    return f"記録を読み、直してから、{AGAIN}"

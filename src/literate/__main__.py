"""The command line: ``python -m literate adopt BOOK``."""

from __future__ import annotations

import argparse
from pathlib import Path

from literate.report.adoption import AdoptionError, adopt


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser("python -m literate")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("adopt", help="put expected blocks into a book that has none")
    command.add_argument("book", type=Path, help="the folder of its pages")
    try:
        for line in adopt(parser.parse_args().book):
            print(line)
    except AdoptionError as error:
        parser.exit(1, f"{error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

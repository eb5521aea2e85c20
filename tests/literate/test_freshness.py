"""What a run used decides whether it is run again, and nothing else does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from literate.run import digests, recorder
from literate.run.digests import ABSENT, DIGESTS, is_source, tree
from literate.run.freshness import extra_sources, read_lines
from tests.builds import ROOT


def used(folder: Path, code: str) -> dict[tuple[str, str], str]:
    """What a recorder tells of some code, run in a process of its own in a folder."""
    told = folder.parent / "told.jsonl"
    start = "from literate.run import recorder\nrecorder.load_ipython_extension(None)\n"
    subprocess.run(
        [sys.executable, "-c", start + code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), recorder.RECORD: str(told)},
        check=True,
    )
    return {(kind, name): digest for kind, name, digest in read_lines(told)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "資料 %"
    place.mkdir()
    (place / "data.csv").write_text("1\n")
    (place / "helper.py").write_text("VALUE = 1\n")
    return place


@pytest.mark.parametrize(
    "code",
    [
        "open('data.csv').read()",
        "open(b'data.csv', 'rb').read()",
        "from pathlib import Path; Path('data.csv').read_text()",
        "import os; os.close(os.open('data.csv', os.O_RDONLY))",
        "open('data.csv', 'r+').read()",
        "import numpy; numpy.loadtxt('data.csv')",
        "import os\nif os.fork() == 0:\n    open('data.csv').read(); os._exit(0)\nos.wait()",
        "import threading as t; a = t.Thread(target=open, args=['data.csv']); a.start(); a.join()",
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_every_way_to_read_a_file_is_seen(folder: Path, code: str) -> None:
    file = str(folder / "data.csv")
    assert used(folder, code)["file", file] == DIGESTS["file"](file) != ABSENT


@pytest.mark.parametrize(
    ("file", "own"),
    [
        ("/development/book/data.csv", True),
        ("/processed/data.csv", True),
        ("/sysop/book/helper.py", True),
        ("/dev/shm/book/data.csv", True),
        ("/dev/shm", True),
        ("/dev/shmem", False),
        ("/dev/urandom", False),
        ("/proc/self/maps", False),
        ("/sys/class/net", False),
        (json.__file__, False),
        (pytest.__file__, False),
        (f"{sys.prefix}_of_mine/data.csv", True),
    ],
)
def test_what_belongs_to_nobody_else_is_told_by_its_whole_folder(file: str, own: bool) -> None:
    assert digests.is_own(file) is own


def test_an_import_is_seen_as_its_source_also_where_it_comes_from_byte_code(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", "import helper"], cwd=folder, check=True)
    file = str(folder / "helper.py")
    assert used(folder, "import helper")["file", file] == DIGESTS["file"](file)


def test_byte_code_of_the_same_time_and_size_is_not_believed(folder: Path) -> None:
    helper = folder / "helper.py"
    subprocess.run([sys.executable, "-c", "import helper"], cwd=folder, check=True)
    times = os.stat(helper)
    helper.write_text("VALUE = 2\n")
    os.utime(helper, ns=(times.st_atime_ns, times.st_mtime_ns))
    used(folder, "import helper\nassert helper.VALUE == 2")


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        ("import os; os.path.exists('later.csv')", "presence", "later.csv"),
        ("from pathlib import Path; Path('later.csv').is_file()", "presence", "later.csv"),
        ("try: open('later.csv')\nexcept OSError: pass", "file", "later.csv"),
    ],
)
def test_a_file_that_was_looked_for_and_is_not_there_is_seen(
    folder: Path, code: str, kind: str, name: str
) -> None:
    assert used(folder, code)[kind, str(folder / name)] == ABSENT


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.listdir()",
        "import os; list(os.scandir('.'))",
        "import glob; glob.glob('*.csv')",
        "from pathlib import Path; list(Path().glob('*'))",
        "try: import not_there\nexcept ImportError: pass",
    ],
)
def test_a_folder_that_was_listed_is_seen(folder: Path, code: str) -> None:
    found = used(folder, code)
    before = found["folder", str(folder)]
    (folder / "new.csv").write_text("")
    assert before != DIGESTS["folder"](str(folder))


def test_byte_code_in_a_folder_is_nobodys_input(folder: Path) -> None:
    before = DIGESTS["folder"](str(folder))
    (folder / "__pycache__").mkdir()
    assert DIGESTS["folder"](str(folder)) == before


@pytest.mark.parametrize(
    "code",
    [
        "open('made.csv', 'w').write('1'); open('made.csv').read()",
        "import os; os.mkdir('made'); open('made/a', 'w').write('1'); os.listdir('made')",
        "import tempfile; open(tempfile.mkstemp()[1]).read()",
        "import shutil; shutil.copy('data.csv', 'made.csv'); open('made.csv').read()",
        "open('part', 'w').write('1')\nimport os; os.rename('part', 'made.csv'); open('made.csv')",
        "import sqlite3; sqlite3.connect('made').execute('create table a (b)'); open('made')",
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_a_run_has_made_itself_is_none_of_its_inputs(folder: Path, code: str) -> None:
    found = used(folder, code)
    made = {name for kind, name in found if kind == "made"}
    inputs = {name for kind, name in found if kind == "file" and name not in made}
    below = {name for name in inputs if Path(name).parent in map(Path, made)}
    assert {name for name in inputs - below if name.startswith(str(folder))} <= {
        str(folder / "data.csv")
    }


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.environ.get('ASKED')",
        "import os; os.getenv('ASKED')",
        "import os; 'ASKED' in os.environ",
        "import os\ntry: os.environ['ASKED']\nexcept KeyError: pass",
    ],
)
def test_a_variable_that_was_read_is_seen(folder: Path, code: str) -> None:
    assert ("variable", "ASKED") in used(folder, code)


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess; subprocess.run(['cat', 'data.csv'])",
        "import os; os.system('cat data.csv')",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])",
        "import os\nif os.fork() == 0: os.execvp('true', ['true'])\nos.wait()",
    ],
)
def test_a_program_that_may_have_read_anything_is_seen(folder: Path, code: str) -> None:
    assert "program" in {kind for kind, _ in used(folder, code)}


def test_python_and_packages_are_known_by_their_versions(folder: Path) -> None:
    found = used(folder, "import json, ast, docutils.nodes")
    prefixes = digests.installed()
    assert [name for kind, name in found if kind == "file" and name.startswith(prefixes)] == []


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert DIGESTS["file"](str(folder / "pipe")) == ABSENT


def test_a_line_that_a_killed_kernel_left_half_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "told.jsonl"
    file.write_text(json.dumps(["file", "a", "1"]) + '\n["file", "b')
    assert list(read_lines(file)) == [("file", "a", "1")]


def test_the_sources_of_a_tree_are_what_somebody_writes(tmp_path: Path) -> None:
    for name in ("src/a.py", ".git/x", "src/__pycache__/a.pyc", "venv/pyvenv.cfg", "out/a.html"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1")
    without = [tmp_path / "out"]
    before = tree([tmp_path], without)
    for name in (".git/x", "src/__pycache__/a.pyc", "venv/pyvenv.cfg", "out/a.html"):
        (tmp_path / name).write_text("2")
    assert tree([tmp_path], without) == before
    (tmp_path / "src" / "a.py").write_text("2")
    assert tree([tmp_path], without) != before
    assert is_source(str(tmp_path / "src"), set())


def test_files_that_the_author_names_change_the_record(tmp_path: Path) -> None:
    from sphinx.errors import ConfigError

    (tmp_path / "a.h5").write_text("1")
    before = extra_sources(tmp_path, ["*.h5"])
    (tmp_path / "a.h5").write_text("2")
    assert extra_sources(tmp_path, ["*.h5"]) != before
    with pytest.raises(ConfigError, match=r"\*\.csv に合うファイルがありません"):
        extra_sources(tmp_path, ["*.csv"])

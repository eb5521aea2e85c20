"""Several machines share a book; the outputs of all make its site without another run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sphinx.config import Config
from sphinx.errors import ConfigError

from literate.run.shard import others, part_of, validate
from tests.builds import Build, build, cell, write_page

CONF = 'extensions = ["myst_nb", "literate"]\nhtml_theme = "basic"\n'
CONF += 'nb_execution_mode = "cache"\n'
PAGES = ("index", "a", "b", "c", "d")
GLUED = "from myst_nb import glue\nglue('half', 0.5, display=False)\nprint(0.5)"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "conf.py").write_text(CONF)
    for page in PAGES:
        link = f"\n{{glue:text}}`half` and [](#{page})\n"
        write_page(tmp_path / "book" / f"{page}.md", f"({page})=\n", cell(GLUED, "0.5"), link)
    return tmp_path


def part(book: Path, value: str) -> Build:
    out = book / value.replace("/", "-")
    options = ("-D", f"literate_shard={value}")
    return build(out, *options, source=book / "book", conf=book, builder="dummy")


def test_the_outputs_of_all_parts_are_the_site_of_the_whole_without_another_run(
    book: Path,
) -> None:
    for number in (1, 2):
        run = part(book, f"{number}/2")
        assert run.returncode == 0, run.log
        assert run.executed == (3, 2)[number - 1]
        kept = book / f"{number}-2" / ".jupyter_cache"
        shutil.copytree(kept, book / "whole" / ".jupyter_cache", dirs_exist_ok=True)
    whole = build(book / "whole", source=book / "book", conf=book)
    assert whole.returncode == whole.executed == 0, whole.log
    for page in PAGES:
        text = (whole.html / f"{page}.html").read_text("utf-8")
        assert text.count("✓") == 1
        assert "0.5 and" in re.sub("<[^>]+>", "", text)


def test_what_is_wrong_on_a_page_is_told_where_it_is_run(book: Path) -> None:
    write_page(book / "book" / "b.md", "(b)=\n", cell("print(1)", "2"))
    write_page(book / "book" / "c.md", "(c)=\n", cell("print(1)"))
    first, second = part(book, "1/2"), part(book, "2/2")
    assert "b.md:15: WARNING" not in first.log
    assert "c.md:12: WARNING" in first.log
    assert "b.md:15: WARNING" in second.log
    assert "c.md" not in second.log
    assert first.returncode == second.returncode == 1


def config(**values: object) -> Config:
    config = Config(overrides=values)
    config.add("literate_shard", "", "env", ())
    config.add("nb_execution_mode", "cache", "env", ())
    return config


@pytest.mark.parametrize("value", ["0/2", "3/2", "1", "a/b", "1/0", "１/２", 1])
def test_a_part_that_does_not_exist_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="literate_shard"):
        validate(None, config(literate_shard=value))


def test_a_part_whose_outputs_nobody_keeps_is_refused() -> None:
    validate(None, config(nb_execution_mode="auto"))
    with pytest.raises(ConfigError, match="literate_shard.*nb_execution_mode = 'cache'"):
        validate(None, config(literate_shard="1/2", nb_execution_mode="auto"))


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_each_page_is_run_in_one_part(parts: int) -> None:
    here = [set(PAGES) - others(f"{n}/{parts}", PAGES) for n in range(1, parts + 1)]
    assert sorted(page for part in here for page in part) == sorted(PAGES)
    assert part_of(f"1/{parts}") == (1, parts)

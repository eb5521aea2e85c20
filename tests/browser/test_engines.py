"""What every reader meets, in Chromium, in Firefox and in WebKit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.engines import ENGINES
from tests.browser.engines.base import Engine, Missing
from tests.builds import Build

FORWARD = "lesson/forward.html"
# How far a heading is from where it is to land; nothing where the page ends before.
MISSED = """
  const heading = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const wanted = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
  const missed = Math.abs(heading.getBoundingClientRect().top - wanted);
  return end && heading.getBoundingClientRect().top < innerHeight ? 0 : missed;
"""
WIDER = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
LINKS = "return [...document.querySelectorAll('.page-toc a')].map((link) => link.hash)"
FOLLOW = "document.querySelector(`.page-toc a[href='${arguments[0]}']`).click()"
TOP = "return document.querySelectorAll('article h2')[2].getBoundingClientRect().top"
RELOADED = "document.readyState === 'complete' && !window.before"


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A browser; without it the tests fail: they prove something."""
    try:
        engine = ENGINES[request.param](tmp_path_factory.mktemp(request.param))
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    with engine.stack:
        engine.size(1280, 900)
        yield engine


@pytest.fixture(params=["disk", "server"])
def root(request: pytest.FixtureRequest, site: Build, served: str) -> str:
    return site.html.as_uri() if request.param == "disk" else served


def test_no_page_logs_anything(engine: Engine, root: str, site: Build, tmp_path: Path) -> None:
    end = tmp_path / "end.html"
    end.write_text("<!DOCTYPE html><title>the end</title><script>throw 'the end'</script>")
    pages = [f"{root}/{name}" for name in site.pages]
    for first in range(0, len(pages), 8):
        (line,) = engine.console([*pages[first : first + 8], end.as_uri()])
        assert "the end" in line


def test_every_page_opens_on_a_phone_and_is_no_wider(
    engine: Engine, site: Build, served: str
) -> None:
    for name in site.pages:
        engine.go_narrow(f"{served}/{name}")
        assert engine.run(WIDER) == 0, name
    engine.size(1280, 900)


def test_every_heading_lands_where_its_link_leads(engine: Engine, site: Build, served: str) -> None:
    seen = 0
    for name in site.pages:
        engine.go(f"{served}/{name}")
        links = engine.run(LINKS)
        for link in links:
            engine.run(FOLLOW, link)
            assert engine.run(MISSED) <= 2, (name, link)
        for link in links[len(links) // 2 : len(links) // 2 + 1]:
            engine.go("about:blank")
            engine.go(f"{served}/{name}{link}")
            assert engine.run(MISSED) <= 2, (name, link, "fresh")
        seen += len(links)
    assert seen > 200


def test_a_reload_keeps_the_place(engine: Engine, root: str) -> None:
    engine.go(f"{root}/{FORWARD}")
    engine.run("document.querySelectorAll('article h2')[2].scrollIntoView({ block: 'center' })")
    engine.wait("scrollY > 1000")
    before = engine.run(TOP)
    engine.run("window.before = true; location.reload()")
    engine.wait(RELOADED)
    engine.wait("scrollY > 1000")
    assert abs(engine.run(TOP) - before) <= 2


def test_the_search_is_opened_typed_into_and_followed_by_keys(engine: Engine, root: str) -> None:
    engine.go(f"{root}/{FORWARD}")
    engine.press("/")
    engine.wait("document.activeElement.matches('dialog input[type=search]')")
    engine.press(*"grad_fn")
    engine.wait("document.querySelector('.search-results a')")
    engine.press("Enter")
    engine.wait("new URLSearchParams(location.search).get('q') === 'grad_fn'")
    engine.wait("CSS.highlights.get('search')?.size > 0")


def test_a_question_is_answered_by_keys_and_its_answer_opened_by_mouse(
    engine: Engine, root: str
) -> None:
    engine.go(f"{root}/{FORWARD}")
    field = "document.querySelector('.predict input')"
    engine.wait(field)
    engine.run(f"{field}.focus()")
    engine.press(*"(1, 2)", "Enter")
    engine.wait("document.querySelector('.predict [role=status]').textContent.includes('正解です')")
    place = """
      const summary = document.querySelector(".predict-answer > summary");
      summary.scrollIntoView({ block: "center" });
      const { x, y } = summary.getBoundingClientRect();
      return [x + 10, y + 10];
    """
    engine.click(*engine.run(place))
    engine.wait("document.querySelector('.predict-answer').open")


def test_the_neuron_is_moved_by_keys_and_by_mouse(engine: Engine, root: str) -> None:
    engine.go(f"{root}/lesson/explorer.html")
    engine.wait("document.querySelector('.neuron-explorer:not([aria-busy=true])')")
    loss = "document.querySelector('data[data-of=loss]').textContent"
    slider = "document.querySelector('input[type=range][name=w1]')"
    assert engine.run(f"return {loss}") == "0.0568"
    engine.run(f"{slider}.scrollIntoView({{ block: 'center' }}); {slider}.focus()")
    engine.press("ArrowRight")
    engine.wait(f"{loss} === '{(math.tanh(1.1) - 1) ** 2:.4f}'")
    x, y, width, height = engine.run(
        f"const r = {slider}.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]"
    )
    engine.click(x + width * 0.25, y + height / 2)
    engine.wait(f"+{slider}.value < -1")


def test_the_steps_are_walked_by_keys_and_by_mouse(engine: Engine, root: str) -> None:
    engine.go(f"{root}/lesson/graph.html")
    engine.wait("document.querySelector('.neuron-steps-controls button')")
    place = "document.querySelector('.neuron-steps-controls output').textContent"
    x, y, width, height = engine.run("""
      const button = document.querySelector(".neuron-steps-controls button:last-child");
      button.scrollIntoView({ block: "center" });
      const { x, y, width, height } = button.getBoundingClientRect();
      return [x, y, width, height];
    """)
    engine.click(x + width / 2, y + height / 2)
    engine.wait(f"{place}.startsWith('2 /')")
    engine.press("ArrowRight")
    engine.wait(f"{place}.startsWith('3 /')")


def test_the_engine_is_walked_by_keys_and_by_mouse(engine: Engine, root: str) -> None:
    engine.go(f"{root}/beyond/engine.html")
    engine.wait("document.querySelector('[data-moving=engine].ready')")
    lit = """
      const lit = [...document.querySelectorAll('.moving-code [aria-current=step]')]
        .filter((line) => getComputedStyle(line).visibility === 'visible');
      return lit.map((line) => line.textContent.trim());
    """
    engine.run("document.querySelector('[data-moving=engine] [role=slider]').focus()")
    engine.press("Home")
    engine.wait("document.querySelector('.moving-words').textContent.startsWith('1歩目')")
    assert engine.run(lit) == ['return Value(a * b, "Mul", (self, b), (other, a))']
    x, y, width, height = engine.run("""
      const button = document.querySelector("[data-press='1歩進む']");
      button.scrollIntoView({ block: "center" });
      const { x, y, width, height } = button.getBoundingClientRect();
      return [x, y, width, height];
    """)
    for step in (2, 3):
        engine.click(x + width / 2, y + height / 2)
        engine.wait(f"document.querySelector('.moving-words').textContent.startsWith('{step}歩目')")
    (line,) = engine.run(lit)
    assert line.startswith("return Value(self.data + data_of(other)")
    shown = """return [...document.querySelectorAll('.moving-code > div')]
      .filter((part) => getComputedStyle(part).visibility === 'visible').length"""
    assert engine.run(shown) == 1


def test_a_page_read_to_its_end_is_marked_on_the_way_back(engine: Engine, served: str) -> None:
    engine.go(f"{served}/index.html")
    engine.run("localStorage.removeItem('read'); window.before = true; location.reload()")
    engine.wait(RELOADED)
    assert engine.run("return document.querySelectorAll('.path .read').length") == 0
    engine.run("document.querySelector(`.path a[href$='forward.html']`).click()")
    engine.wait("document.querySelector('.page-turn') && document.readyState === 'complete'")
    engine.run("document.querySelector('.page-turn').scrollIntoView()")
    engine.wait("localStorage.getItem('read') === '[\"lesson/forward.html\"]'")
    engine.run("history.back()")
    engine.wait("document.querySelectorAll('.path .read').length === 1")
    engine.wait("document.querySelectorAll('.path .read-count').length === 1")

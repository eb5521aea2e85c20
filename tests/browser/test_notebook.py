"""Pictures in a notebook that is light or dark: without the site's style, every one can be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import Browser, Page
from torch import nn
from torch.nn import functional as F

from neuron import Neuron, activations, charts, flow, graph, shapes
from neuron.trace import trace, watch
from tests.browser.contrast import too_pale
from tests.browser.test_graphs import OUTSIDE, STICKING_OUT

# The background and the text of an output, as the programs set them.
THEMES = {
    "JupyterLab, light": ("#ffffff", "rgba(0, 0, 0, 0.87)"),
    "JupyterLab, dark": ("#111111", "rgba(255, 255, 255, 1)"),
    "VS Code, light": ("#ffffff", "#3b3b3b"),
    "VS Code, dark": ("#1f1f1f", "#cccccc"),
}

# The least contrast of what is drawn without words: lines, heads of arrows, points.
FAINTEST = """
() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const ground = getComputedStyle(document.body).backgroundColor;
  const light = (...colours) => {
    for (const colour of colours) {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
    }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
      .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0) + 0.05;
  };
  const dark = light(ground);
  return Math.min(...[...document.querySelectorAll("svg path, svg use")]
    .filter((each) => !each.closest("defs, clipPath, .box"))
    .flatMap((each) => {
      const { fill, stroke, opacity, fillOpacity } = getComputedStyle(each);
      const grid = (each.getAttribute("style") ?? "").includes("--neuron-grid");
      return grid || opacity * fillOpacity < 1 ? [] : [fill, stroke].filter((it) => it !== "none");
    })
    .map((colour) => light(ground, colour))
    .map((each) => Math.max(each, dark) / Math.min(each, dark)));
}
"""


def outputs() -> Iterator[str]:
    """What a notebook shows of pictures of every kind."""
    torch.manual_seed(0)
    model, x, t = (
        Neuron(weight=[[0.6, -0.2]], bias=[0.8]),
        torch.tensor([[1.0, 2.0]]),
        torch.ones(1),
    )
    layers = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
    with watch() as values:
        loss = F.mse_loss(model(x).squeeze(1), t)
        long = F.cross_entropy(layers(torch.randn(2, 1, 8, 8)), torch.tensor([0, 1]))
    record = trace(loss, values, params=model, names={"x": x, "t": t})
    folded = trace(long, values, params=layers)
    shown = [
        flow.draw(record),
        flow.draw(record, heat=True),
        flow.draw(folded, depth=1),
        flow.draw(folded, depth=1, heat=True),
        flow.compare(record, record),
        flow.steps(record),
        flow.table(record),
        graph.draw(loss, params=model, show_saved=True),
        activations.plot(["Tanh"]),
        charts.lines({name: [(0, k), (1, 1)] for k, name in enumerate("abc")}, "loss", "x", "y"),
        shapes.broadcast(torch.ones(2, 1), torch.ones(3), "+"),
    ]
    return (each._repr_html_() for each in shown)


@pytest.fixture(scope="module")
def cells() -> str:
    return "".join(f"<div>{each}</div>" for each in outputs()).replace("<details", "<details open")


@pytest.fixture(params=THEMES)
def page(request: pytest.FixtureRequest, browser: Browser, cells: str) -> Iterator[Page]:
    ground, ink = THEMES[request.param]
    page = browser.new_page(viewport={"width": 390, "height": 900})
    style = f"margin: 8px; background: {ground}; color: {ink}; font: 13px sans-serif"
    page.set_content(f'<!doctype html><body style="{style}">{cells}')
    yield page
    page.close()


def test_all_can_be_read_without_the_style_of_the_site(page: Page) -> None:
    assert too_pale(page) == []
    assert page.evaluate(FAINTEST) >= 3
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(OUTSIDE) == []
    smallest = page.evaluate("""
      () => Math.min(...[...document.querySelectorAll("svg text")].map((text) => {
        const { a, b } = text.getScreenCTM();  // a word along an axis stands upright
        return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
      }))
    """)
    assert smallest >= 11.9
    assert page.evaluate("document.documentElement.scrollWidth") == 390

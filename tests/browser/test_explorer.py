"""The neuron that can be moved, by key presses and typing: each number on the page is torch's."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
from playwright.sync_api import Locator, Page, expect

from booksite.explorer.cases import shown
from booksite.explorer.facts import Square, State, neuron_facts, square_facts
from neuron.activations import COMPARED
from tests.browser.access import violations

PAGE = "lesson/explorer.html"
SQUARE = "lesson/slope.html"
START = {"y": "0.7616", "loss": "0.0568", "d_w1": "−0.2002", "d_w2": "−0.4005", "d_b": "−0.2002"}
STEPPED = {"w1": "0.6200", "w2": "−0.1600", "b": "0.8200", "loss": "0.0370"}

READ = """
() => [...document.querySelectorAll(".neuron-explorer [data-of]")]
  .map((element) => [element.dataset.of, element.textContent, element.value ?? null])
"""


def number(page: Page, name: str) -> Locator:
    return page.locator(f"input[type=number][name={name}]")


def slider(page: Page, name: str) -> Locator:
    return page.locator(f"input[type=range][name={name}]")


def texts(page: Page, names: object) -> dict[str, str]:
    page.wait_for_selector(".neuron-explorer:not([aria-busy=true])", state="attached")
    return {name: page.locator(f"data[data-of={name}]").first.text_content() for name in names}


def type_into(page: Page, name: str, text: str) -> None:
    number(page, name).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def paste_into(page: Page, name: str, text: str) -> None:
    number(page, name).fill(text)


def agree(page: Page, expected: dict[str, object]) -> None:
    """Every number on the page has torch's value and shows torch's digits."""
    page.wait_for_selector(".neuron-explorer:not([aria-busy=true])", state="attached")
    found = page.evaluate(READ)
    assert found
    for name, text, value in found:
        if name in ("word", "grad_fn"):
            continue
        if name in ("steps", "calls"):
            assert text == str(expected[name])
        elif expected[name] is None:
            assert text == "None"
        else:
            assert text == shown(expected[name]), name
            if value is not None:
                difference = abs(float(value) - expected[name])
                assert difference <= 1e-12 * max(1, abs(expected[name])), name


def random_states(count: int, seed: int) -> list[State]:
    """States as readers set them.

    Many steps at a high rate are no fair case: there a neuron can be chaotic, and multiplies the
    last bit of a number in which two machines differ.
    """
    chance = random.Random(seed)
    found = []
    for place in range(count):
        numbers = [chance.choice([round(chance.uniform(-5, 5), 1), chance.uniform(-5, 5), 0.0])]
        numbers += [round(chance.uniform(-5, 5), chance.choice([0, 1, 3])) for _ in range(5)]
        chance.shuffle(numbers)
        steps = chance.choice([0, 0, 1, 2, 5])
        rate = round(chance.uniform(0, 0.02 if steps > 1 else 1), 3)
        found.append(State(*numbers, COMPARED[place % len(COMPARED)], rate, steps))
    return found


@pytest.mark.parametrize("way", ["disk", "server"])
def test_it_starts_with_the_lesson_and_learns_one_step(
    open_page: Callable[..., Page], served: str, way: str
) -> None:
    page = open_page(PAGE, address=served if way == "server" else "")
    assert texts(page, START) == START
    agree(page, neuron_facts(State()))
    page.get_by_role("button", name="1歩進む", exact=True).click()
    assert texts(page, STEPPED) == STEPPED
    agree(page, neuron_facts(State(steps=1)))
    page.get_by_role("button", name="10歩進む").click()
    agree(page, neuron_facts(State(steps=11)))
    slider(page, "steps").press("ArrowLeft")  # back to any step
    agree(page, neuron_facts(State(steps=10)))
    page.get_by_role("button", name="0歩に戻す").click()
    assert texts(page, START) == START


def test_without_script_the_start_is_complete_and_there_are_no_dead_controls(
    open_page: Callable[..., Page],
) -> None:
    with_script = open_page(PAGE)
    without = open_page(PAGE, script=False)
    pictures = ".explorer-picture, .explorer-graph svg"
    shapes = [
        page.locator(pictures).evaluate_all("all => all.map((one) => one.innerHTML)")
        for page in (with_script, without)
    ]
    assert len(shapes[0]) == 5
    assert shapes[0] == shapes[1]  # by V8 of what torch computed, and by the browser: the same
    agree(without, neuron_facts(State()))
    assert not any(
        e.is_visible() for e in without.locator(".neuron-explorer :is(input, button)").all()
    )

    with_script.emulate_media(media="print")
    agree(with_script, neuron_facts(State()))
    controls = with_script.locator(".neuron-explorer :is(input, select, button)").all()
    assert controls
    assert not any(control.is_visible() for control in controls)
    assert all(panel.is_visible() for panel in with_script.locator(".explorer-picture").all())


def test_hundreds_of_states_agree_with_torch(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    ties = [State(x1=1, x2=0, w1=u, w2=0, b=0, t=0.0) for u in (0.03125, -0.03125, 0.09375, 5e-5)]
    near = [State(x1=1, x2=0, w1=1, w2=0, b=0, t=t) for t in (0.7615941559557649, 0.76, 0.762)]
    edges = [State(5, 5, w, w, w, 1.0, name) for w in (5, -5) for name in COMPARED]
    kinks = [State(1, 1, 1, -1, 0, 1.0, name) for name in COMPARED]
    kinks += [replace(state, x1=-0.0, b=-0.0) for state in kinks]
    cases = [(type_into, state) for state in (*ties, *near, *edges, *kinks)]
    cases += [(paste_into, state) for state in random_states(200, seed=1)]
    before = asdict(State())
    for enter, state in cases:
        for name, value in asdict(state).items():
            if name == "activation":
                page.locator("select[name=activation]").select_option(value)
            elif repr(value) != repr(before[name]):
                enter(page, name, str(value))
        before = asdict(state)
        agree(page, neuron_facts(state))


def test_the_keys_of_the_sliders_move_by_steps_and_to_the_ends(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE)
    chance = random.Random(2)
    state = State()
    for _ in range(60):
        name = chance.choice(["x1", "x2", "w1", "w2", "b", "t"])
        key, move = chance.choice(
            [
                ("ArrowRight", lambda value: min(value + 0.1, 5)),
                ("ArrowUp", lambda value: min(value + 0.1, 5)),
                ("ArrowLeft", lambda value: max(value - 0.1, -5)),
                ("Home", lambda _: -5),
                ("End", lambda _: 5),
            ]
        )
        slider(page, name).press(key)
        state = replace(state, **{name: round(move(getattr(state, name)), 1)})
        assert float(number(page, name).input_value()) == getattr(state, name)
        agree(page, neuron_facts(state))


def test_the_activation_is_chosen_by_keys(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    choice = page.locator("select[name=activation]")
    for name in COMPARED[1:]:
        choice.press("ArrowDown")
        agree(page, neuron_facts(State(activation=name)))
        assert page.locator("[data-of=word]").text_content().lower() == name.lower()
        backward = page.locator("[data-of=grad_fn]").text_content()
        assert backward.lower() == f"{name}Backward0".lower()


@pytest.mark.parametrize(
    ("name", "text", "message", "kept"),  # what was last typed of a number
    [
        ("w1", "", "数を入れてください。", 0.6),
        ("w1", "-", "数を入れてください。", 0.6),
        ("w1", "1e", "数を入れてください。", 1.0),
        ("w1", "1e999", "数を入れてください。", 1.0),
        ("w1", "5.01", "−5 から 5 までの数を入れてください。", 5.0),
        ("lr", "-1", "0 から 1 までの数を入れてください。", 0.1),
        ("steps", "1.5", "整数を入れてください。", 1),
        ("steps", "101", "0 から 100 までの数を入れてください。", 10),
    ],
)
def test_what_is_no_number_is_said_at_its_field_and_the_last_state_stays(
    open_page: Callable[..., Page], name: str, text: str, message: str, kept: float
) -> None:
    page = open_page(PAGE)
    type_into(page, name, text)
    if text == "":
        page.keyboard.press("Delete")
    problem = page.locator(f"#explorer-{name}-problem")
    assert problem.text_content() == message
    assert problem.is_visible()
    expect(number(page, name)).to_have_attribute("aria-invalid", "true")
    agree(page, neuron_facts(replace(State(), **{name: kept})))
    type_into(page, name, "1")
    assert problem.text_content() == ""
    agree(page, neuron_facts(replace(State(), **{name: 1})))


def test_the_address_holds_the_state_and_the_way_back(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    undo = page.get_by_role("button", name="元に戻す")
    reset = page.get_by_role("button", name="はじめの値にする")
    expect(undo).to_have_attribute("aria-disabled", "true")
    expect(reset).to_have_attribute("aria-disabled", "true")

    type_into(page, "w1", "0.75")
    expect(page).to_have_url(re.compile(r"#w1=0\.75$"))
    page.locator("select[name=activation]").select_option("GELU")
    expect(page).to_have_url(re.compile(r"#activation=GELU&w1=0\.75$"))
    slider(page, "w1").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")  # quickly one after the other: one state to return to
    expect(page).to_have_url(re.compile(r"#activation=GELU&w1=1\.3$"))

    undo.click()
    expect(number(page, "w1")).to_have_value("0.75")
    agree(page, neuron_facts(State(w1=0.75, activation="GELU")))
    page.go_back()
    expect(page.locator("select[name=activation]")).to_have_value("Tanh")
    agree(page, neuron_facts(State(w1=0.75)))
    page.go_forward()
    expect(page.locator("select[name=activation]")).to_have_value("GELU")
    reset.click()
    agree(page, neuron_facts(State()))
    expect(page).to_have_url(re.compile(r"explorer\.html$"))
    undo.click()
    agree(page, neuron_facts(State(w1=0.75, activation="GELU")))
    for _ in range(2):
        undo.click()
    expect(undo).to_have_attribute("aria-disabled", "true")
    agree(page, neuron_facts(State()))


def test_a_shared_address_opens_its_state(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{PAGE}#w2=-1.5&b=-0&steps=3&activation=SiLU")
    agree(page, neuron_facts(State(w2=-1.5, b=-0.0, steps=3, activation="SiLU")))
    expect(page.locator("[data-link-problem]")).to_be_empty()
    page.reload()
    agree(page, neuron_facts(State(w2=-1.5, b=-0.0, steps=3, activation="SiLU")))


def test_an_address_that_means_nothing_is_said(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{PAGE}#w1=9&b=1&activation=Tahn&q=1&steps=1.5")
    agree(page, neuron_facts(State(b=1)))
    expect(page.locator("[data-link-problem]")).to_have_text(
        "リンクのこの部分は使えないので、はじめの値にしました: "
        "w1=9、activation=Tahn、q=1、steps=1.5"
    )
    page = open_page(f"{PAGE}#id2")  # a heading
    expect(page.locator("[data-link-problem]")).to_be_empty()


def test_the_result_is_read_aloud_once_the_hand_rests(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    page.evaluate("""
      window.said = [];
      new MutationObserver(() => said.push(document.querySelector("[role=status]").textContent))
        .observe(document.querySelector("[role=status]"), { childList: true });
    """)
    slider(page, "b").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    (said,) = page.evaluate("said")
    facts = neuron_facts(State(b=1.8))
    assert said == (
        f"0歩学習。u {shown(facts['u'])}、出力 y {shown(facts['y'])}、"
        f"傾き {shown(facts['slope'])}、"
        f"損失 L {shown(facts['loss'])}、w₁の勾配 {shown(facts['d_w1'])}、"
        f"w₂の勾配 {shown(facts['d_w2'])}、bの勾配 {shown(facts['d_b'])}"
    )


RUN_EACH = """
import contextlib, io, json, sys
outputs = []
for snippet in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(snippet, {})
    outputs.append(output.getvalue())
print(json.dumps(outputs))
"""


def run_each(snippets: list[str]) -> list[list[list[str]]]:
    """The lines that each snippet prints, split into words."""
    run = subprocess.run(
        [sys.executable, "-c", RUN_EACH],
        input=json.dumps(snippets),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    outputs = json.loads(run.stdout)
    return [[line.split() for line in output.splitlines()] for output in outputs]


def test_the_copied_code_prints_what_the_page_shows(
    open_page: Callable[..., Page], served: str
) -> None:
    page = open_page(PAGE, address=served)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    names = {"w1": "w1", "w2": "w2", "b": "b", "u": "u", "y": "y", "L": "loss"}
    names |= {"dL/dw1": "d_w1", "dL/dw2": "d_w2", "dL/db": "d_b"}
    snippets, screens = [], []
    for state in random_states(50, seed=3):
        page.goto(f"{served}/{PAGE}#" + "&".join(f"{k}={v}" for k, v in asdict(state).items()))
        expect(page.locator("data[data-of=y]").first).to_have_text(shown(neuron_facts(state)["y"]))
        page.get_by_role("button", name="この状態を PyTorch コードでコピー").click()
        expect(page.locator(".explorer-copied")).to_have_text("コピーしました。")
        snippets.append(page.evaluate("navigator.clipboard.readText()"))
        screen = texts(page, names.values())
        screens.append([[name, screen[of].replace("−", "-")] for name, of in names.items()])
    assert len(set(snippets)) == 50
    assert run_each(snippets) == screens


def test_where_nothing_can_be_copied_the_code_is_selected(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="この状態を PyTorch コードでコピー").click()
    expect(page.locator(".explorer-copied")).to_contain_text("コピーできませんでした。")
    code = page.locator(".explorer-code code")
    assert page.evaluate("getSelection().toString()").strip() == code.text_content().strip()


def test_the_square_agrees_with_torch_and_adds_its_gradients(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(SQUARE)
    agree(page, square_facts(Square()))
    again = page.get_by_role("button", name="もう1回 backward()")
    again.click()
    assert texts(page, ["slope", "grad"]) == {"slope": "2.0000", "grad": "4.0000"}
    snippets, screens = [], []
    chance = random.Random(4)
    for _ in range(40):
        x, calls = round(chance.uniform(-4, 4), 2), chance.randrange(11)
        type_into(page, "x", str(x))
        type_into(page, "calls", str(calls))
        agree(page, square_facts(Square(x, calls)))
        snippets.append(page.locator(".explorer-code code").text_content())
        screens.append(
            {name: text.replace("−", "-") for name, text in texts(page, ["x", "y", "grad"]).items()}
        )
    for lines, screen in zip(run_each(snippets), screens, strict=True):
        assert dict(lines) == {"x": screen["x"], "y": screen["y"], "x.grad": screen["grad"]}
    page.get_by_role("button", name="勾配を消す").click()
    assert texts(page, ["grad"]) == {"grad": "None"}
    type_into(page, "calls", "10")
    expect(again).to_have_attribute("aria-disabled", "true")


PAGES = ["explorer", "forward", "chain", "graph", "gradients", "slope"]


@pytest.mark.parametrize("name", PAGES)
def test_it_is_accessible_in_every_look(open_page: Callable[..., Page], name: str) -> None:
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page = open_page(f"lesson/{name}.html", scheme=scheme, width=width)
            assert violations(page, None if name == "explorer" else ".neuron-explorer") == []


# What moves while the page loads, within the figure; and how high the figure is.
SHIFTS = """
() => new Promise((done) => {
  const figure = document.querySelector(".neuron-explorer");
  new PerformanceObserver((list) => done(list.getEntries().flatMap((entry) =>
    entry.sources.filter(({ node }) => figure.contains(node)).map(() => entry.value))))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done([]), 100);
})
"""


def test_nothing_shifts_while_the_page_loads(open_page: Callable[..., Page]) -> None:
    for name in ("explorer.html", "explorer.html#w1=-4.3&steps=3", "graph.html", "slope.html"):
        for width in (1280, 390):
            page = open_page(f"lesson/{name}", width=width)
            page.wait_for_load_state("networkidle")
            # A longer number of a link moves its neighbours on the line, and nothing else.
            assert sum(page.evaluate(SHIFTS)) < 0.0001, (name, width)


def test_a_panel_has_its_width_before_the_next_one_comes(open_page: Callable[..., Page]) -> None:
    width = "document.querySelector('.explorer-panel').offsetWidth"
    for name in ("explorer", "on_paper", "slope"):
        page = open_page(f"lesson/{name}.html")
        whole = page.evaluate(width)
        page.evaluate("document.querySelectorAll('.explorer-panel ~ *').forEach((e) => e.remove())")
        assert page.evaluate(width) == whole, name


def test_it_fits_a_phone_of_320_pixels_with_targets_for_fingers(
    open_page: Callable[..., Page],
) -> None:
    for name in PAGES:
        page = open_page(f"lesson/{name}.html", width=320)
        explorer = page.locator(".neuron-explorer.ready")
        choices = explorer.locator("[data-move]").all()
        for choice in choices:
            choice.click()
            assert explorer.locator("[data-field]:visible").count() == 1
            for control in explorer.locator(":is(input, select, button, summary):visible").all():
                box = control.bounding_box()
                small = 43.9 if control.evaluate("(one) => one.localName") != "summary" else 24
                assert min(box["width"], box["height"]) >= small
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= 320
    # Formulas of a page are wider than 320 px; they scroll in their own places.
    page = open_page(PAGE, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("panel", ["forward", "graph", "learning", "boundary"])
def test_on_a_phone_one_watches_what_one_moves(open_page: Callable[..., Page], panel: str) -> None:
    page = open_page(PAGE, width=390)
    explorer = page.locator(".neuron-explorer.ready")
    explorer.locator(f"[data-show={panel}]").click()
    figure = explorer.locator(".explorer-panel:visible")
    assert figure.get_attribute("data-panel") == panel  # and no other
    explorer.locator("[data-move=w2]").click()
    (control,) = explorer.locator("input[type=range]:visible").all()
    control.evaluate("(one) => one.scrollIntoView({ block: 'end' })")
    picture = figure.locator("svg").first
    expect(picture).to_be_in_viewport()
    hit = """(one) => {
      const { left, top, width } = one.closest(".explorer-panels").getBoundingClientRect();
      return one.contains(document.elementFromPoint(left + width / 2, top + 90));
    }"""
    assert figure.evaluate(hit)  # nothing lies over it
    before = picture.inner_html()
    control.press("ArrowRight")
    agree(page, neuron_facts(State(w2=-0.1)))
    assert picture.inner_html() != before
    expect(page).to_have_url(re.compile(r"#w2=-0\.1$"))


def test_on_a_desk_the_controls_stand_beside_each_picture(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    for panel in page.locator(".explorer-panel").all():
        panel.scroll_into_view_if_needed()
        expect(slider(page, "w1")).to_be_in_viewport()
        assert (
            panel.bounding_box()["x"] + panel.bounding_box()["width"]
            < (slider(page, "w1").bounding_box()["x"])
        )


FOCUS = """
() => {
  const element = document.activeElement;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const middle = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
  const hit = document.elementFromPoint((left + right) / 2, middle);
  const { steps = "" } = element.dataset;
  const name = element.name ? `${element.type} ${element.name}`
    : `${element.dataset.do || element.tagName} ${steps}`.trim();
  return {
    inside: element.closest(".neuron-explorer") !== null,
    name,
    visible: hit !== null && (element.contains(hit) || hit.contains(element)),
    outline: getComputedStyle(element).outlineStyle,
  };
}
"""


def test_everything_is_reached_and_moved_by_keys_alone(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    moves = {
        "range w1": ("ArrowRight", State(w1=0.7)),
        "number b": ("ArrowUp", State(w1=0.7, b=0.9)),
        "range steps": ("ArrowRight", State(w1=0.7, b=0.9, steps=1)),
        "select-one activation": ("ArrowDown", State(w1=0.7, b=0.9, steps=1, activation="Sigmoid")),
        "reset": ("Enter", State()),
        "step 1": ("Enter", State(steps=1)),
        "step 10": ("Space", State(steps=11)),
        "rewind": ("Enter", State()),
    }
    reached = []
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if not focus["inside"]:
            if reached:
                break
            continue
        assert focus["visible"], focus
        assert focus["outline"] != "none", focus
        reached.append(focus["name"])
        if focus["name"] in moves:
            key, state = moves[focus["name"]]
            page.keyboard.press(key)
            agree(page, neuron_facts(state))
    fields = ["x1", "x2", "w1", "w2", "b", "t", "lr", "steps"]
    expected = ["DIV", "step 1", "step 10", "rewind"]  # the pictures stand before what moves them
    expected += [f"{kind} {name}" for name in fields for kind in ("range", "number")]
    expected += ["select-one activation", "undo", "reset", "SUMMARY", "copy"]
    assert reached == expected

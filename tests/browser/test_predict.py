"""A reader predicts, by mouse or by keys, and hears at once what was right or mistaken."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page

from tests.browser.access import violations

PAGE = "lesson/chain.html"


def question(page: Page, number: int = 0) -> Locator:
    return page.locator(".predict").nth(number)


def told(box: Locator) -> str:
    return box.get_by_role("status").text_content()


def test_a_number_is_judged_and_a_mistake_is_explained(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    box = question(page, 2)
    field, check = box.get_by_role("textbox"), box.get_by_role("button", name="確かめる")
    answers = {
        "-0.4": "○ 正解です。ゆさぶって求めた値",
        "−０．４０": "○ 正解です。",
        "-0.2": "× ちがいます。それは",
        "5": "× ちがいます。もっと小さい数です。",
        "-3": "× ちがいます。もっと大きい数です。",
        "ねこ": "× ちがいます。数で答えてください。",
    }
    for given, said in answers.items():
        field.fill(given)
        check.click()
        assert told(box).startswith(said), given
    assert not box.locator("details").get_attribute("open")


def test_keys_alone_choose_and_check(open_page: Callable[..., Page]) -> None:
    page = open_page("lesson/gradients.html")
    box = question(page, 1)
    box.get_by_label("変わらない").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert told(box).startswith("○ 正解です。")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert told(box).startswith("× ちがいます。")


def test_a_shape_is_read_in_any_spelling(open_page: Callable[..., Page]) -> None:
    page = open_page("lesson/gradients.html")
    box = question(page)
    for given, right in (("(1, 2)", True), ("1,2", True), ("1行2列", True), ("(2, 1)", False)):
        box.get_by_role("textbox").fill(given)
        page.keyboard.press("Enter")
        assert told(box).startswith("○") is right


def test_without_a_script_the_answer_can_be_opened(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE, script=False)
    box = question(page)
    assert box.locator("form").count() == 0
    box.locator("summary").click()
    assert box.locator("dl").is_visible()


def test_a_reader_of_any_kind_can_answer(open_page: Callable[..., Page]) -> None:
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page = open_page(PAGE, scheme=scheme, width=width)
            for number in range(3):
                box = question(page, number)
                box.get_by_role("textbox").fill("9")
                box.get_by_role("button", name="確かめる").click()
            assert violations(page) == []

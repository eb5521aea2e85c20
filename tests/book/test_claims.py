"""What a page says is proven: the sentence stands there, and its proof holds."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from functools import cache

import pytest
import torch

from tests.book.claims import Claim, every
from tests.builds import ROOT

CLAIMS = every()
FENCE = re.compile(r"^(`{3,}).*?^\1$", re.M | re.S)
PARTS = {
    f"{part}/{page.stem}"
    for part in ("lesson", "beyond")
    for page in (ROOT / "book" / part).glob("*.md")
}


@cache
def words_of(page: str) -> str:
    """The source of a page without its fences."""
    return FENCE.sub("", (ROOT / "book" / f"{page}.md").read_text("utf-8"))


def stands(sentence: str, words: str) -> bool:
    """Tell whether these words hold the sentence, whole and by itself."""
    return (
        re.search(rf"(?:^|[。」：|]|^[-:] |^\d\. ){re.escape(sentence)}", words, re.M) is not None
    )


def marked(claim: Claim, passed: set[int]) -> tuple[Callable[[], None], int]:
    """The proof, which notes each of its checks that it passes, and how many it has.

    A check that is passed fails where it is turned around: an assertion negated, an error awaited
    that does not come. One that is never come to could say anything.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(claim.proof)))
    function = tree.body[0]
    function.decorator_list = []
    marking = Marking()
    marking.visit(function)
    scope = {**claim.proof.__globals__, "passed": passed}
    exec(compile(ast.fix_missing_locations(tree), claim.page, "exec"), scope)
    return scope[claim.proof.__name__], marking.checks


class Marking(ast.NodeTransformer):
    """Puts a note after each assertion, and after each error that is awaited."""

    checks = 0

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        note = ast.parse(f"passed.add({self.checks})").body
        self.checks += 1
        return [node, *note]

    def visit_With(self, node: ast.With) -> ast.With | list[ast.stmt]:
        self.generic_visit(node)
        awaited = "pytest.raises" in ast.unparse(node.items[0])
        return self.visit_Assert(node) if awaited else node


def names(claims: list[Claim]) -> list[str]:
    return [f"{claim.page}: {claim.sentence[:30]}" for claim in claims]


@pytest.mark.parametrize("claim", CLAIMS, ids=names(CLAIMS))
def test_the_sentence_stands_on_its_page_and_each_check_of_its_proof_holds(claim: Claim) -> None:
    assert stands(claim.sentence, words_of(claim.page)), f"{claim.page} にない文: {claim.sentence}"
    assert claim.sentence.endswith(("。", "。）"))
    passed: set[int] = set()
    proof, checks = marked(claim, passed)
    with torch.random.fork_rng():
        try:
            proof()
        except Exception:
            claim.proof()  # pytest tells the values of the original
            raise
    assert checks, "a proof without a check"
    assert passed == set(range(checks)), "checks that the proof never comes to"


def test_a_claim_fails_where_its_sentence_is_removed_or_changed() -> None:
    for claim in CLAIMS:
        words = words_of(claim.page)
        for change in ("", claim.sentence[:-2] + "ません。"):
            assert not stands(claim.sentence, words.replace(claim.sentence, change)), claim


def test_a_check_that_a_proof_never_comes_to_is_noticed() -> None:
    def proof() -> None:
        assert True
        for _ in ():
            assert 0
        with pytest.raises(ZeroDivisionError):
            1 / 0  # noqa: B018

    passed: set[int] = set()
    following, checks = marked(Claim("", "", proof), passed)
    following()
    assert (checks, passed) == (3, {0, 2})


def test_every_page_of_both_parts_has_claims_and_none_is_made_twice() -> None:
    assert {claim.page for claim in CLAIMS} >= PARTS
    assert len({(claim.page, claim.sentence) for claim in CLAIMS}) == len(CLAIMS)
    assert sum(claim.page in PARTS for claim in CLAIMS) >= 150


def test_the_page_of_results_states_fewer_claims_than_there_are() -> None:
    stated = re.search(r"\{fact\}`(\d+)`を超える文", words_of("appendix/verification"))
    assert len(CLAIMS) > int(stated[1])

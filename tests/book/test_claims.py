"""What a page says is proven: the sentence stands there, and its proof holds."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from contextlib import nullcontext
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


def altered(claim: Claim) -> Iterator[ast.FunctionDef]:
    """The proof once for each of its checks, with that check turned around.

    An assertion is negated; an error that was awaited is met unprepared.
    """
    source = textwrap.dedent(inspect.getsource(claim.proof))
    for number in range(len(checks(ast.parse(source)))):
        tree = ast.parse(source)
        check = checks(tree)[number]
        if isinstance(check, ast.Assert):
            check.test = ast.UnaryOp(ast.Not(), check.test)
        else:
            check.items = [ast.withitem(ast.parse("nullcontext()", mode="eval").body)]
        function = tree.body[0]
        function.decorator_list = []
        yield ast.fix_missing_locations(function)


def checks(tree: ast.AST) -> list[ast.Assert | ast.With]:
    """The assertions of a proof, and the errors that it awaits."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.With) and "pytest.raises" in ast.unparse(node.items[0]))
    ]


def names(claims: list[Claim]) -> list[str]:
    return [f"{claim.page}: {claim.sentence[:30]}" for claim in claims]


@pytest.mark.parametrize("claim", CLAIMS, ids=names(CLAIMS))
def test_the_sentence_stands_on_its_page_and_is_true(claim: Claim) -> None:
    assert stands(claim.sentence, words_of(claim.page)), f"{claim.page} にない文: {claim.sentence}"
    assert claim.sentence.endswith(("。", "。）"))
    with torch.random.fork_rng():
        claim.proof()


def test_a_claim_fails_where_its_sentence_is_removed_or_changed() -> None:
    for claim in CLAIMS:
        words = words_of(claim.page)
        for change in ("", claim.sentence[:-2] + "ません。"):
            assert not stands(claim.sentence, words.replace(claim.sentence, change)), claim


@pytest.mark.parametrize("claim", CLAIMS, ids=names(CLAIMS))
def test_each_check_of_a_proof_can_fail(claim: Claim) -> None:
    turned = list(altered(claim))
    assert turned
    for function in turned:
        scope = {**claim.proof.__globals__, "nullcontext": nullcontext}
        exec(compile(ast.Module([function], []), claim.page, "exec"), scope)
        with torch.random.fork_rng(), pytest.raises(Exception):  # noqa: B017
            scope[claim.proof.__name__]()


def test_every_page_of_both_parts_has_claims_and_none_is_made_twice() -> None:
    assert {claim.page for claim in CLAIMS} >= PARTS
    assert len({(claim.page, claim.sentence) for claim in CLAIMS}) == len(CLAIMS)
    assert sum(claim.page in PARTS for claim in CLAIMS) >= 150


def test_the_page_of_results_states_fewer_claims_than_there_are() -> None:
    stated = re.search(r"\{fact\}`(\d+)`を超える文", words_of("appendix/verification"))
    assert len(CLAIMS) > int(stated[1])

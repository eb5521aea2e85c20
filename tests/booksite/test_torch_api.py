"""Names of torch lead to the page that explains them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from booksite.text.torch_api import PACKAGE_NAMES, address, outdated


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("nn.Tanh", "torch.nn.Tanh.html"),
        ("nn.Module.zero_grad", "torch.nn.Module.html#torch.nn.Module.zero_grad"),
        ("Tensor.grad", "torch.Tensor.grad.html"),
        ("func.jacrev", "torch.func.jacrev.html"),
        ("autograd.gradcheck", "torch.autograd.gradcheck.gradcheck.html"),
    ],
)
def test_a_name_leads_to_its_page(name: str, page: str) -> None:
    version = ".".join(torch.__version__.split(".")[:2])
    assert address(name) == (f"https://docs.pytorch.org/docs/{version}/generated/{page}")


def test_a_page_is_read_again_once_the_package_has_lost_a_name_of_it() -> None:
    names = {"has": {"Neuron", "weight"}, "lost": {"Neuron", "no_such_name"}, "none": set()}
    metadata = {page: {PACKAGE_NAMES: known} for page, known in names.items()} | {"text": {}}
    env = SimpleNamespace(metadata=metadata)
    assert outdated(None, env, set(), set(), set()) == ["lost"]

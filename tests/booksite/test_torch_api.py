"""Names of torch lead to the page that explains them."""

from __future__ import annotations

import pytest
import torch

from booksite.text.torch_api import address


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

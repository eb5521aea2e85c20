"""The names of PyTorch on which the pictures stand: a version that lost one fails by that name."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.graph import Node

from neuron.drawing import torch_api


@pytest.fixture
def node() -> Node:
    """What made the square of a number."""
    made = torch.tensor([2.0], requires_grad=True).square().grad_fn
    assert made is not None
    return made


@pytest.mark.parametrize(
    "name", ["_input_metadata", "_sequence_nr", "_saved_self", "_raw_saved_self"]
)
def test_a_node_has_the_name(node: Node, name: str) -> None:
    assert hasattr(node, name)


def test_a_node_has_the_number_that_was_next() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    expected = torch_api.next_number()
    assert torch_api.number_of(x.square().grad_fn) == expected
    assert torch_api.next_number() == expected + 1


@pytest.mark.parametrize("name", ["shape", "dtype", "device", "is_nested_tensor"])
def test_what_is_known_of_a_result_has_the_name(node: Node, name: str) -> None:
    (output,) = torch_api.outputs_of(node)
    assert hasattr(output, name)


def test_a_node_has_kept_its_input(node: Node) -> None:
    kept = dict(torch_api.saved(node))
    assert kept["self"].item() == 2.0 and kept["exponent"] == 2
    (raw,) = torch_api.raw_saved(node)
    assert hasattr(raw, "unpack_hook")


def test_a_part_of_a_tensor_knows_the_whole() -> None:
    whole = torch.zeros(3)
    assert torch_api.base_of(whole[1:]) is whole
    assert torch_api.base_of(whole) is None


def test_a_transformation_is_known_inside_it() -> None:
    assert not torch_api.is_transforming()
    inside = torch.vmap(lambda x: x + int(torch_api.is_transforming()))
    assert inside(torch.zeros(2)).tolist() == [1.0, 1.0]

"""What 手書き数字 says."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import nn

from neuron import digits
from tests.book.claims import claims_of

claim = claims_of("practice/digits")


def new() -> nn.Sequential:
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


@cache
def trained() -> tuple[nn.Sequential, torch.Tensor, torch.Tensor]:
    """A model that has seen 1297 of the pictures, and the 500 others."""
    torch.manual_seed(7)
    images, labels = digits.load()
    order = torch.randperm(len(images))
    test, train = order[:500], order[500:]
    model = new()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(20):
        for batch in train[torch.randperm(len(train))].split(50):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[batch].flatten(1)), labels[batch])
            loss.backward()
            optimizer.step()
    return model, images[test], labels[test]


def right(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        return (model(images.flatten(1)).argmax(1) == labels).double().mean().item()


@claim("学習する前の損失は、種類の数の対数に近くなります。")
def an_untrained_model_costs_the_logarithm_of_the_classes() -> None:
    images, labels = digits.load()
    for seed in range(5):
        torch.manual_seed(seed)
        with torch.no_grad():
            loss = nn.functional.cross_entropy(new()(images.flatten(1)), labels)
        assert abs(loss.item() - math.log(10)) < 0.1


@claim("どの点が隣どうしかを知らないので、画像を横にずらすだけで正解率が大きく下がります。")
def a_shift_by_one_dot_costs_much() -> None:
    model, images, labels = trained()
    assert right(model, images, labels) >= 0.95
    assert right(model, torch.roll(images, shifts=1, dims=2), labels) < 0.8


@claim("重みも同じ順に並べ替えれば、同じ計算になるからです。")
def the_order_of_the_dots_does_not_matter() -> None:
    images, _ = digits.load()
    x, model, order = images.flatten(1), new(), torch.randperm(64)
    moved = new()
    moved.load_state_dict(model.state_dict())
    weight = moved.get_parameter("0.weight")
    with torch.no_grad():
        weight.copy_(weight[:, order].clone())
        torch.testing.assert_close(moved(x[:, order]), model(x))
        assert not torch.allclose(moved(x), model(x))

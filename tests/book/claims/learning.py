"""What 学習 says."""

from __future__ import annotations

import torch
from torch import nn

from neuron import Neuron, by_hand
from neuron.learning import learn
from tests.book.claims import claims_of

claim = claims_of("beyond/learning")
X, T = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])
DAYS, TARGETS = torch.tensor([[1.0, 2.0], [1.0, 0.0]]), torch.tensor([[0.5], [0.0]])


def lesson() -> Neuron:
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8])


def walk(lr: float) -> tuple[Neuron, list[torch.Tensor]]:
    """The model of the map, and the weights of its 20 steps."""
    model = lesson()
    model.layer1.bias.requires_grad_(False)
    path = learn(model, DAYS, TARGETS, lr, steps=20)
    return model, [step.parameters["layer1.weight"] for step in path]


@claim("3つとも勾配が負だったので、3つとも増えました。")
def negative_slopes_make_all_larger() -> None:
    slopes = by_hand.backward((1.0, 2.0), (0.6, -0.2), 0.8, 1.0)
    assert all(slope < 0 for slope in (*slopes.dL_dw, slopes.dL_db))


@claim("正解に近づくほど勾配が小さくなり、歩幅も小さくなるからです。")
def steps_shrink_near_the_answer() -> None:
    path = learn(lesson(), X, T, lr=0.1, steps=50)
    places = [step.parameters["layer1.weight"] for step in path]
    widths = [(b - a).norm() for a, b in zip(places, places[1:], strict=False)]
    assert all(later < earlier for earlier, later in zip(widths, widths[1:], strict=False))


@claim("勾配は、いちばん急に上る向きだからです。")
def no_direction_climbs_more() -> None:
    model = lesson()
    nn.functional.mse_loss(model(DAYS), TARGETS).backward()
    gradient = model.layer1.weight.grad.flatten()
    angles = torch.linspace(0, 2 * torch.pi, 361)
    climbs = torch.stack([angles.cos(), angles.sin()], dim=1) @ gradient
    assert climbs.max() <= gradient.norm() + 1e-6
    best = angles[climbs.argmax()]
    way = torch.stack([best.cos(), best.sin()])
    assert torch.allclose(way, gradient / gradient.norm(), atol=0.02)


@claim("向きは正しくても、なかなか進みません。")
def a_small_rate_is_slow() -> None:
    _, slow = walk(0.02)
    _, good = walk(0.3)
    assert (slow[-1] - slow[0]).norm() < 0.2 * (good[-1] - good[0]).norm()


@claim("谷底を飛びこえ、行ったり来たりします。")
def a_large_rate_goes_back_and_forth() -> None:
    _, places = walk(1.0)
    steps = [(b - a).flatten() for a, b in zip(places, places[1:], strict=False)]
    turns = [float(a @ b) < 0 for a, b in zip(steps, steps[1:], strict=False)]
    assert sum(turns) >= 5


@claim("はじめは、図のどこでも出力が正でした。")
def everywhere_is_positive_at_first() -> None:
    side = torch.linspace(-0.5, 1.5, 41)
    assert (lesson()(torch.cartesian_prod(side, side)) > 0).all()


@claim("同じ重みから始めても、データが違えば、別の線にたどり着きます。")
def other_data_lead_elsewhere() -> None:
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    ends = []
    for first_row in ([-1, -1, -1, 1], [-1, 1, 1, 1]):
        targets = torch.tensor(first_row, dtype=torch.float32)[:, None]
        path = learn(lesson(), corners, targets, lr=0.5, steps=50)
        ends.append(path[-1].parameters["layer1.bias"].item())
    assert abs(ends[0] - ends[1]) > 0.5


@claim("1歩ごとに、$u - t$ は $1 - 12\\eta$ 倍になります。")
def each_step_multiplies_the_error() -> None:
    for lr in (0.05, 0.1, 0.2):
        model = Neuron(2, 1, nn.Identity(), weight=[[0.6, -0.2]], bias=[0.0])
        before = (model(X) - T).item()
        learn(model, X, T, lr, steps=1)
        assert abs((model(X) - T).item() - (1 - 12 * lr) * before) < 1e-5

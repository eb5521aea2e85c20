"""What 活性化関数の選び方 says."""

from __future__ import annotations

from statistics import median

import torch
from torch import nn

from neuron import Neuron, depth
from tests.book.claims import claims_of

claim = claims_of("beyond/choosing")
x = torch.tensor([[1.0, 2.0]])


def slope(f: nn.Module, u: float) -> float:
    place = torch.tensor(u, requires_grad=True)
    return torch.autograd.grad(f(place), place)[0].item()


def measured(name: str, layers: int = 16, *, default: bool = False) -> list[float]:
    """The gradients that reach the first of the layers, of 30 seeds in order."""
    found = []
    for seed in range(30):
        torch.manual_seed(seed)
        model = depth.stack(name, layers)
        if default:
            for layer in model[::2]:
                layer.reset_parameters()
        found.append(depth.first_gradient(model))
    return sorted(found)


def u_after(activation: nn.Module, steps: int, bias: float = -2.0) -> float:
    model = Neuron(weight=[[0.6, -0.2]], bias=[bias], activation=activation)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.MSELoss()(model(x), torch.tensor([[1.0]])).backward()
        optimizer.step()
    return model.layer1(x).item()


@claim("10段重ねると、傾きの分だけで100万分の1より小さくなります。")
def ten_slopes_of_sigmoid() -> None:
    assert slope(nn.Sigmoid(), 0.0) ** 10 < 1e-6


@claim("シグモイド関数の傾きは、いちばん大きい原点でも次の値です。")
def the_slope_is_largest_at_zero() -> None:
    assert max(slope(nn.Sigmoid(), u / 10) for u in range(-50, 51)) == slope(nn.Sigmoid(), 0.0)


@claim("シグモイド関数の倍率は1で、何も補いません。")
def the_gain_of_sigmoid_is_one() -> None:
    assert nn.init.calculate_gain("sigmoid") == 1


@claim("直線になるのは、1段ごとに同じ割合で減るからです。")
def each_layer_takes_the_same_part() -> None:
    heights = [median(measured("Sigmoid", layers=n)) for n in (2, 4, 8, 16)]
    ratios = [(b / a) ** (1 / n) for a, b, n in zip(heights, heights[1:], (2, 4, 8), strict=False)]
    assert max(ratios) - min(ratios) < 0.02


@claim("重みを大きくすると、値が原点から離れ、傾きが4分の1より小さくなるからです。")
def large_weights_flatten_sigmoid() -> None:
    slopes = []
    for gain in (1, 4):
        torch.manual_seed(0)
        h = torch.randn(32, 32)
        for part in depth.stack("Sigmoid", 16, gain=gain):
            h = part(h)
        slopes.append((h * (1 - h)).mean().item())
    assert slopes[1] < slopes[0] < 0.25


@claim("1段ごとに縮む分を、5/3の倍率が補っていたのです。")
def the_gain_of_tanh() -> None:
    assert nn.init.calculate_gain("tanh") == 5 / 3
    assert median(measured("Tanh")) > 0.1


@claim("倍率が小さければ、tanhでも勾配は消えます。")
def tanh_vanishes_as_well() -> None:
    assert median(measured("Tanh", default=True)) < 1e-4


@claim("深くなるほど、幅が広がります。")
def relu_spreads() -> None:
    widths = []
    for layers in (1, 4, 16):
        found = measured("ReLU", layers)
        widths.append(found[-1] / found[0])
    assert widths == sorted(widths)
    assert widths[-1] > 20 * widths[0]


@claim("ところがGELUは、反対の向きへ遠ざかっています。")
def gelu_runs_away() -> None:
    assert u_after(nn.GELU(), 200) < u_after(nn.GELU(), 1) < -1.8


@claim("GELUとSiLUの曲線は、負の側でいったん下がってから0に近づきます。")
def both_have_a_hollow() -> None:
    for f in (nn.GELU(), nn.SiLU()):
        assert slope(f, -0.2) > 0 > slope(f, -1.8)
        assert abs(f(torch.tensor(-20.0))) < 1e-6


@claim("死んだReLUを避けるなら、LeakyReLUかELUを選びます。")
def both_come_back() -> None:
    for f in (nn.LeakyReLU(), nn.ELU()):
        assert abs(u_after(f, 200) - 1) < 1e-4


@claim("ところが遠くから始めると、ELUは戻れません。")
def elu_does_not_come_back_from_afar() -> None:
    assert u_after(nn.ELU(), 1000, bias=-10.0) < -9 < 0 < u_after(nn.LeakyReLU(), 1000, bias=-10.0)


@claim("LeakyReLUの傾きは、どこまで行っても同じです。")
def leaky_is_straight() -> None:
    assert len({slope(nn.LeakyReLU(), u) for u in (-1.0, -100.0, -1e6)}) == 1


@claim("同じ重みで、同じように外れているのに、勾配は2000倍ほどになりました。")
def logits_keep_their_gradient() -> None:
    gradients = []
    for loss in (
        lambda model: nn.MSELoss()(model(x), torch.tensor([[-1.0]])),
        lambda model: nn.BCEWithLogitsLoss()(model.layer1(x), torch.tensor([[0.0]])),
    ):
        model = Neuron(weight=[[0.6, -0.2]], bias=[5.0])
        loss(model).backward()
        gradients.append(model.layer1.bias.grad.item())
    assert 1500 < gradients[1] / gradients[0] < 2500


@claim("先にシグモイド関数を通すと、確率が0に丸められ、勾配も0になります（`-0.0`も0です）。")
def a_probability_is_rounded() -> None:
    assert torch.sigmoid(torch.tensor(-200.0)) == 0
    logit = torch.tensor([-200.0], requires_grad=True)
    nn.BCELoss()(torch.sigmoid(logit), torch.tensor([1.0])).backward()
    assert logit.grad.item() == 0


@claim(
    "損失が100なのは、0の対数がマイナス無限大になるので、{torch}`nn.BCELoss`が対数を−100で止めているからです。"
)
def bce_stops_at_a_hundred() -> None:
    assert torch.log(torch.tensor(0.0)) == -torch.inf
    assert nn.BCELoss()(torch.tensor([0.0]), torch.tensor([1.0])) == 100


@claim("30回のどれと比べても、桁違いに小さくなります。")
def the_default_start_vanishes() -> None:
    assert max(measured("ReLU", default=True)) < 1e-3 * min(measured("ReLU"))


@claim("まん中の値も、深さによらず、同じくらいでした。")
def the_middle_of_relu_stays() -> None:
    middles = [median(measured("ReLU", layers)) for layers in (1, 2, 4, 8, 16)]
    assert max(middles) < 2 * min(middles)


@claim("ReLUの傾きは、正の側でいつも1です。")
def relu_is_straight_above_zero() -> None:
    assert {slope(nn.ReLU(), u) for u in (1e-6, 0.5, 3.0, 1e6)} == {1}


@claim("損失にロジットのまま渡すのは、飽和を避けるためです。")
def a_saturated_sigmoid_has_no_gradient() -> None:
    logit, no = torch.tensor([200.0], requires_grad=True), torch.zeros(1)
    (straight,) = torch.autograd.grad(nn.BCEWithLogitsLoss()(logit, no), logit)
    (through,) = torch.autograd.grad(nn.BCELoss()(torch.sigmoid(logit), no), logit)
    assert straight == 1
    assert through == 0

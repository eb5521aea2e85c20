"""What ニューロンを動かす says."""

from __future__ import annotations

import sympy
import torch
from torch import nn

from neuron import Neuron, by_hand
from neuron.learning import learn
from tests.book.claims import claims_of

claim = claims_of("lesson/explorer")
X, T = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])
XOR_X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = torch.tensor([[-1.0], [1.0], [1.0], [-1.0]])


def losses(bias: float, activation: nn.Module, lr: float, steps: int) -> list[float]:
    """The losses of the book's neuron while it learns."""
    model = Neuron(weight=[[0.6, -0.2]], bias=[bias], activation=activation)
    return [step.loss for step in learn(model, X, T, lr, steps)]


@claim("出力は正解に近づき、損失と勾配はどちらも小さくなります。")
def more_of_w1_comes_closer() -> None:
    hands = [by_hand.backward((1.0, 2.0), (w1, -0.2), 0.8, 1.0) for w1 in (0.6, 0.9, 1.2, 1.5)]
    errors = [abs(hand.dL_dy) for hand in hands]
    slopes = [abs(hand.dL_db) for hand in hands]
    assert errors == sorted(errors, reverse=True)
    assert slopes == sorted(slopes, reverse=True)


@claim("接線がほとんど水平になり、3つの勾配がほぼ 0 になります。")
def a_large_bias_is_flat() -> None:
    hand = by_hand.backward((1.0, 2.0), (0.6, -0.2), 5.0, 1.0)
    assert hand.dy_du < 1e-3
    assert max(map(abs, (*hand.dL_dw, hand.dL_db))) < 1e-6


@claim("決定境界の図が、まん中の原点を中心に半回転します。")
def turned_weights_turn_the_boundary() -> None:
    for x1, x2 in ((1.0, 2.0), (-3.0, 0.5), (4.0, -4.0)):
        before = by_hand.forward((x1, x2), (0.6, -0.2), 0.8)
        after = by_hand.forward((-x1, -x2), (-0.6, 0.2), 0.8)
        assert before == after


@claim("$u$ が負なので傾きは 0 になり、何歩進んでも変わりません。")
def a_dead_relu_stays() -> None:
    found = losses(-2.0, nn.ReLU(), 0.1, 50)
    assert len(set(found)) == 1


@claim("LeakyReLUに取り替えると、少しずつ進みます。")
def a_leaky_one_moves() -> None:
    found = losses(-2.0, nn.LeakyReLU(), 0.1, 50)
    assert found == sorted(found, reverse=True)
    assert found[-1] < found[0]


@claim("正解を飛びこえて $u$ が負になり、そこから動けなくなります。")
def a_hasty_step_gets_stuck() -> None:
    found = losses(1.8, nn.ReLU(), 0.5, 20)
    assert found[1:] == [1.0] * 20


@claim("くじを引くのはデータを渡す人で、部品の仕事は引き算だけです。")
def sgd_itself_draws_no_lots() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    nn.functional.mse_loss(model(X), T).backward()
    expected = [p.detach() - 0.1 * p.grad for p in model.parameters()]
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert all(torch.allclose(p, q) for p, q in zip(model.parameters(), expected, strict=True))


@claim("出力が正解に近づきました。")
def a_step_comes_closer() -> None:
    first, second = losses(0.8, nn.Tanh(), 0.1, 1)
    assert second < first


@claim("20歩進んでも、2000歩進んでも、損失は1のままです。")
def xor_stays_at_one() -> None:
    for steps in (20, 2000):
        model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
        assert round(learn(model, XOR_X, XOR_T, 0.5, steps)[-1].loss, 4) == 1


@claim("1本の直線では、はす向かいの2組を分けられません。")
def no_line_parts_the_corners() -> None:
    w1, w2, b = sympy.symbols("w1 w2 b", real=True)
    yes, no = (w1 + b) + (w2 + b), b + (w1 + w2 + b)
    assert sympy.expand(yes - no) == 0  # it had to be positive, and negative


@claim("どう引いても、1つは間違えます。")
def three_of_four_is_the_best() -> None:
    side = torch.linspace(-4, 4, 17)
    w1, w2, b = torch.cartesian_prod(side, side, side).T.unsqueeze(2)
    right = ((w1 * XOR_X[:, 0] + w2 * XOR_X[:, 1] + b > 0) == (XOR_T > 0).flatten()).sum(1)
    assert right.max() == 3


@claim("学習率が大きすぎると、正解を飛びこえます。")
def a_large_rate_overshoots() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[1.8], activation=nn.ReLU())
    assert model.layer1(X) > 1
    learn(model, X, T, 0.5, 1)
    assert model.layer1(X) < 1


@claim("$u$ が負だと傾きが0なので、どの重みの勾配も0になります。")
def below_zero_nothing_moves() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[-0.3], activation=nn.ReLU())
    nn.functional.mse_loss(model(X), T).backward()
    assert not model.layer1.weight.grad.any()


@claim("変わる量が2倍になります。")
def twice_the_rate_twice_the_way() -> None:
    ways = []
    for lr in (0.1, 0.2):
        model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
        learn(model, X, T, lr, 1)
        ways.append(model.layer1.weight - torch.tensor([[0.6, -0.2]]))
    assert torch.allclose(ways[1], 2 * ways[0], atol=1e-6)


@claim("ニューロン1つの決定境界は、まっすぐです。")
def a_boundary_is_a_line() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    on_it = torch.tensor([[x1, 3 * x1 + 4] for x1 in (-3.0, -1.0, 0.0, 2.0, 5.0)])
    assert torch.allclose(model(on_it), torch.zeros(5, 1), atol=1e-6)


@claim("行けないところへは、何歩進んでも着きません。")
def no_number_of_steps_solves_xor() -> None:
    for start in ([[0.6, -0.2]], [[-1.0, 2.0]]):
        model = Neuron(weight=start, bias=[0.8])
        learn(model, XOR_X, XOR_T, 0.5, 500)
        assert ((model(XOR_X) > 0) == (XOR_T > 0)).sum() < 4


@claim("はじめの値での勾配は、学習率を変えても同じです。")
def the_rate_does_not_change_the_first_gradient() -> None:
    grads = []
    for lr in (0.1, 0.2):
        model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        nn.functional.mse_loss(model(X), T).backward()
        optimizer.step()
        grads.append(model.layer1.weight.grad)
    assert torch.equal(*grads)


@claim("1歩で、$w_1$ は学習率の2倍、$w_2$ は4倍、$b$ は2倍だけ減ります。")
def the_ways_of_one_step() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[1.8], activation=nn.ReLU())
    nn.functional.mse_loss(model(X), T).backward()
    assert torch.allclose(model.layer1.weight.grad, torch.tensor([[2.0, 4.0]]))
    assert torch.allclose(model.layer1.bias.grad, torch.tensor([2.0]))

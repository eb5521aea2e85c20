"""What 層を重ねる says."""

from __future__ import annotations

import torch
from torch import nn

from neuron import Neuron
from neuron.learning import learn
from neuron.mlp import MLP
from tests.book.claims import claims_of

claim = claims_of("beyond/layers")
X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = torch.tensor([[-1.0], [1.0], [1.0], [-1.0]])
AND = torch.tensor([[-1.0], [-1.0], [-1.0], [1.0]])


def seeded(seed: int, hidden: int = 2) -> MLP:
    torch.manual_seed(seed)
    return MLP(2, hidden, 1)


def constant(value: float) -> MLP:
    model = MLP(2, 2, 1)
    for parameter in model.parameters():
        nn.init.constant_(parameter, value)
    return model


@claim("1は、4件すべてに0と答えたときの損失です。")
def zero_for_all_costs_one() -> None:
    assert nn.functional.mse_loss(torch.zeros(4, 1), XOR) == 1


@claim("正しく分けたのは2件だけです。")
def a_neuron_gets_two() -> None:
    neuron = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    learn(neuron, X, XOR, lr=0.5, steps=20)
    assert ((neuron(X) > 0) == (XOR > 0)).sum() == 2


@claim("残りの1件を自信満々に間違えるので、外れは2、その2乗は4で、4件の平均が1になります。")
def three_right_cost_as_much() -> None:
    errors = torch.tensor([-1.0, 1.0, 1.0, 1.0]) - XOR.flatten()
    assert errors.tolist() == [0, 0, 0, 2]
    assert errors.square().mean() == 1


@claim("40歩まで、損失はほとんど減りません。")
def the_plateau_is_flat() -> None:
    path = learn(seeded(0), X, XOR, lr=0.5, steps=100)
    assert path[5].loss - path[40].loss < 0.02
    assert path[40].loss - path[100].loss > 0.9


@claim("はじめは2つのニューロンの仕事がまだ分かれていないので、モデルの答えは、全部0に近い数です。")
def the_answers_are_near_zero_on_the_plateau() -> None:
    model = seeded(0)
    learn(model, X, XOR, lr=0.5, steps=20)
    assert model(X).abs().max() < 0.3


@claim("このモデルは、15倍の3000歩を歩かせても、ここから出られません。")
def the_hollow_is_not_left() -> None:
    assert learn(seeded(5), X, XOR, lr=0.5, steps=3000)[-1].loss > 0.4


@claim("同じように止まって見えた種3のモデルは、1000歩までに抜け出しました。")
def another_leaves_it() -> None:
    path = learn(seeded(3), X, XOR, lr=0.5, steps=1000)
    assert path[200].loss > 0.4
    assert path[1000].loss < 0.1


@claim("2件には正しく答え、残りの2件には0に近い値を返して、どちらつかずのまま止まっています。")
def the_unlucky_answers_two() -> None:
    model = seeded(5)
    learn(model, X, XOR, lr=0.5, steps=200)
    sizes = model(X).abs().flatten()
    assert (sizes > 0.8).sum() == 2
    assert (sizes < 0.05).sum() == 2


@claim("すべての勾配が0だからです。")
def all_gradients_are_zero() -> None:
    model = constant(0.0)
    nn.functional.mse_loss(model(X), XOR).backward()
    assert not any(parameter.grad.any() for parameter in model.parameters())


@claim("ANDのように数が違えば、出力のバイアスだけは動きます。")
def on_and_the_last_bias_moves() -> None:
    model = constant(0.0)
    nn.functional.mse_loss(model(X), AND).backward()
    moved = [name for name, p in model.named_parameters() if p.grad.any()]
    assert moved == ["layers.1.layer1.bias"]
    assert model.layers[1].layer1.bias.grad.item() == 1.0


@claim("それでも、隠れ層は0のままです。")
def the_hidden_layer_stays_zero() -> None:
    model = constant(0.0)
    learn(model, X, AND, lr=0.5, steps=100)
    assert not any(parameter.any() for parameter in model.layers[0].parameters())


@claim("同じ重みのニューロンには同じ勾配が届き、同じだけ動くからです。")
def twins_stay_twins() -> None:
    model = constant(0.5)
    nn.functional.mse_loss(model(X), XOR).backward()
    first, second = model.layers[0].layer1.weight.grad
    assert torch.allclose(first, second)
    assert first.any()


@claim("だから、正しく答えられるのは3件までです。")
def twins_get_three_at_most() -> None:
    model = constant(0.5)
    right = []
    for _ in range(50):
        learn(model, X, XOR, lr=0.5, steps=4)
        right.append(int(((model(X) > 0) == (XOR > 0)).sum()))
    assert max(right) == 3


@claim("隠れ層と出力の層を合わせても、ニューロン1つと同じです。")
def layers_without_a_bend_are_one() -> None:
    model = seeded(1)
    model.layers[0].activation = nn.Identity()
    first, last = (layer.layer1 for layer in model.layers)
    one = Neuron(2, 1)
    one.load_state_dict(
        {
            "layer1.weight": last.weight @ first.weight,
            "layer1.bias": last.weight @ first.bias + last.bias,
        }
    )
    assert torch.allclose(one(X), model(X), atol=1e-6)

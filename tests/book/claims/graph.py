"""What 計算グラフ says."""

from __future__ import annotations

import torch
from torch import nn

from neuron import Neuron
from neuron.graph import draw
from neuron.trace import nodes_of
from tests.book.claims import claims_of

claim = claims_of("lesson/graph")
X = torch.tensor([[1.0, 2.0]])


def output() -> torch.Tensor:
    """The output of the book's neuron."""
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8])(X)


@claim("`if`で道が分かれても、通った道だけが残ります。")
def only_the_way_taken_is_recorded() -> None:
    def walk(x: torch.Tensor) -> str:
        return (x.exp() if x > 0 else x.sin()).grad_fn.name()

    leaves = [torch.tensor(value, requires_grad=True) for value in (1.0, -1.0)]
    assert [walk(leaf) for leaf in leaves] == ["ExpBackward0", "SinBackward0"]


@claim(
    "`forward`を実行しながら、そのつど新しく作られるので、動的（dynamic）な計算グラフといいます。"
)
def each_run_makes_a_new_graph() -> None:
    model = Neuron()
    assert model(X).grad_fn is not model(X).grad_fn


@claim("$x$ には印がないので、たどる必要がないのです。")
def an_unmarked_input_is_not_in_the_graph() -> None:
    assert not X.requires_grad
    marked = X.clone().requires_grad_()
    model = Neuron()
    assert len(nodes_of(model(marked))) == len(nodes_of(model(X))) + 1


@claim("灰色の箱の名前は、計算の種類を表します。")
def a_box_is_named_after_its_computation() -> None:
    a = torch.tensor(2.0, requires_grad=True)
    made = {"Tanh": a.tanh(), "Mul": a * 3, "Add": a + 1, "Pow": a**2, "Exp": a.exp()}
    assert all(y.grad_fn.name() == f"{name}Backward0" for name, y in made.items())


@claim("これだけは、どのテンソルの`grad_fn`でもありません。")
def no_tensor_owns_accumulate_grad() -> None:
    model = Neuron()
    ends = [node for node in nodes_of(model(X)) if "AccumulateGrad" in node.name()]
    assert len(ends) == 2
    assert all(node.variable.grad_fn is None for node in ends)


@claim("葉には`grad_fn`がないからです。")
def leaves_have_no_grad_fn() -> None:
    assert all(p.is_leaf and p.grad_fn is None for p in Neuron().parameters())


@claim("傾きは $1 - y^2$ なので、出力があれば足ります。")
def tanh_keeps_its_output() -> None:
    y = output()
    assert torch.equal(y.grad_fn._saved_result, y)
    assert torch.allclose(y.grad_fn(torch.ones(1, 1)), 1 - y**2)


@claim("`mat1`は、掛け算の左の行列、つまり入力 $x$ です。")
def mat1_is_the_input() -> None:
    inner = output().grad_fn.next_functions[0][0]
    assert torch.equal(inner._saved_mat1, X)
    assert "mat1" in draw(output(), show_saved=True).description


@claim("$L$ を少し増やせば、$L$ は同じだけ増えます。")
def a_loss_has_the_gradient_one() -> None:
    loss = (output() - 1).square().sum()
    (gradient,) = torch.autograd.grad(loss, loss)
    assert gradient == 1


@claim("足し算の箱では微分係数が1なので、勾配がそのまま両側に配られます。")
def addition_hands_on() -> None:
    a, b = (torch.tensor(value, requires_grad=True) for value in (3.0, -7.0))
    assert torch.autograd.grad(a + b, (a, b)) == (1, 1)


@claim("掛け算の箱では、相手の値が掛かります。")
def multiplication_swaps() -> None:
    a, b = (torch.tensor(value, requires_grad=True) for value in (3.0, -7.0))
    assert torch.autograd.grad(a * b, (a, b)) == (-7, 3)


@claim("損失は数1つなので、形は`()`です。")
def a_loss_is_one_number() -> None:
    assert nn.MSELoss()(output(), torch.ones(1, 1)).shape == ()


@claim(
    "まとめた計算は、足す順番や丸める回数が違うので、"
    "最後の桁が、1つずつの計算とわずかに違うことがあります。"
)
def fused_is_nearly_the_same() -> None:
    torch.manual_seed(0)
    layer, x = nn.Linear(64, 1), torch.randn(1000, 64)
    steps = sum(x[:, i] * layer.weight[0, i] for i in range(64)) + layer.bias
    assert 0 < (layer(x)[:, 0] - steps).abs().max() < 1e-5


@claim("パラメーターを直すときに使った{torch}`torch.no_grad`の中では、グラフは作られません。")
def no_grad_makes_no_graph() -> None:
    with torch.no_grad():
        y = output()
    assert y.grad_fn is None


@claim("こういう計算なら、逆向きに1回戻るだけで、すべてのパラメーターの勾配がそろいます。")
def each_box_runs_once() -> None:
    loss, ran = nn.MSELoss()(output(), torch.ones(1, 1)), []
    inner = [node for node in nodes_of(loss) if "Accumulate" not in node.name()]
    for node in inner:
        node.register_hook(lambda *_, node=node: ran.append(node))
    loss.backward()
    assert len(ran) == len(inner) == len(set(ran))


@claim("`backward`の引数が、この $v$ です。")
def backward_takes_v() -> None:
    x, v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.tensor([1.0, 10.0, 100.0])
    (x**2).backward(v)
    assert torch.equal(x.grad, v @ torch.diag(2 * x.detach()))


@claim("`detach()`は、値は同じまま、記録から切り離したテンソルを返します。")
def detached_is_equal_and_free() -> None:
    y = output()
    assert torch.equal(y.detach(), y)
    assert y.detach().grad_fn is None


@claim("この足し算は、`grad`へ届くより前に、1回の`backward()`の中で済んでいます。")
def paths_are_summed_before_grad() -> None:
    w, b, arrived = torch.tensor(0.6, requires_grad=True), 0.8, []
    end = w.view_as(w).grad_fn.next_functions[0][0]
    end.register_prehook(lambda gradients: arrived.append(gradients[0].item()))
    (w * b + w).backward()
    assert len(arrived) == 1
    assert abs(arrived[0] - 1.8) < 1e-6


@claim("道が分かれたら、勾配は足されます。")
def paths_add() -> None:
    w = torch.tensor(0.6, requires_grad=True)
    both, one, other = (torch.autograd.grad(z, w)[0] for z in (w * 0.8 + w, w * 0.8, w * 1.0))
    assert both == one + other


@claim("1回の順伝播ごとに、別のグラフができます。")
def two_runs_two_graphs() -> None:
    model = Neuron()
    first, second = model(X), model(X)
    inner = [
        {node for node in nodes_of(y) if "Accumulate" not in node.name()} for y in (first, second)
    ]
    assert inner[0] and not inner[0] & inner[1]


@claim("torchvizが描くのは、`requires_grad`の印のついたテンソルに続く道だけだからです。")
def a_marked_input_is_drawn() -> None:
    model, marked = Neuron(), X.clone().requires_grad_()
    ends = [draw(model(x)).description.count("AccumulateGrad") for x in (X, marked)]
    assert ends == [2, 3]


@claim("逆伝播で使う値で、`show_saved=True`のときだけ描かれます。")
def saved_tensors_are_drawn_on_request() -> None:
    assert "result" not in draw(output()).description
    assert "result" in draw(output(), show_saved=True).description


@claim("$v = (1, 0)$ を渡すと、$A$ の1行目、つまり1つめの出力の勾配だけが取り出せます。")
def a_unit_vector_takes_a_row() -> None:
    A, x = torch.randn(2, 3), torch.ones(3, requires_grad=True)
    (A @ x).backward(torch.tensor([1.0, 0.0]))
    assert torch.equal(x.grad, A[0])

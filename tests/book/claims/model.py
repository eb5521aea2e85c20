"""What 8行のニューロン says."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock
from zipfile import ZipFile

import pytest
import torch
from graphviz.backend import dot_command
from torch import nn

from booksite.downloads import package
from neuron import Neuron
from neuron.graph import draw
from tests.book.claims import claims_of

claim = claims_of("lesson/model")
X = torch.tensor([[1.0, 2.0]])


@claim("PyTorchやtorchvizも、いっしょに入ります。")
def the_wheel_asks_for_torch_and_torchviz() -> None:
    with TemporaryDirectory() as folder:
        package.build(Path(folder))
        wheel = package.find(Path(folder))
        name, archive = wheel.name, ZipFile(BytesIO(wheel.read_bytes()))
    with archive:
        about = next(each for each in archive.namelist() if each.endswith("METADATA"))
        needs = message_from_bytes(archive.read(about)).get_all("Requires-Dist")
    assert {"torch", "torchviz"} <= set(needs)
    assert name == "neuron-1.0.0-py3-none-any.whl"


@claim("図を描くときは、torchvizがGraphvizの`dot`を呼び出します。")
def torchviz_calls_dot() -> None:
    assert dot_command.DOT_BINARY.name == "dot"


@claim("この本の関数`draw`は、パッケージと一緒に入る`dot`を使うので、ほかの準備は要りません。")
def draw_needs_no_dot_of_the_machine() -> None:
    with mock.patch.dict("os.environ", {"PATH": ""}):
        picture = draw(Neuron()(X))
    assert "TanhBackward0" in picture.svg


@claim("活性化関数tanhには、パラメーターがありません。")
def tanh_has_no_parameters() -> None:
    assert list(nn.Tanh().parameters()) == []


@claim("ニューロンは1つでも、重みは入力の数だけあります。")
def a_neuron_has_a_weight_for_each_input() -> None:
    assert [nn.Linear(n, 1).weight.numel() for n in (1, 2, 7)] == [1, 2, 7]


@claim(
    "最初に`super().__init__()`を呼ぶと、このあと`self`に入れた部品が、モデルの一部として登録されます。"
)
def parts_are_registered() -> None:
    model = nn.Module()
    model.layer1 = nn.Linear(2, 1)
    assert [name for name, _ in model.named_children()] == ["layer1"]


@claim("ただし{torch}`nn.Linear`が受け持つのは、重み付き和までです。")
def linear_is_the_weighted_sum_alone() -> None:
    layer = nn.Linear(2, 1)
    assert torch.allclose(layer(X), X @ layer.weight.T + layer.bias)


@claim(
    "すべての入力が、すべてのニューロンにつながるので、"
    "全結合層（fully connected layer）とも呼びます。"
)
def every_input_reaches_every_neuron() -> None:
    layer = nn.Linear(4, 3)
    assert layer.weight.shape == (3, 4)
    assert (torch.func.jacrev(layer)(torch.zeros(4)) != 0).all()


@claim("`parameters()`は、モデルのすべてのパラメーターを返します。")
def parameters_are_all() -> None:
    model = Neuron()
    assert {id(p) for p in model.parameters()} == {id(model.layer1.weight), id(model.layer1.bias)}


@claim("活性化関数も`self`に入れたので、一緒に表示されます。")
def a_part_outside_is_not_shown() -> None:
    outside = nn.Tanh()

    class Outside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer1 = nn.Linear(2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return outside(self.layer1(x))

    assert "Tanh" in repr(Neuron())
    assert "Tanh" not in repr(Outside())


@claim("PyTorchは、`forward`を実行しながら、どの計算をどの順番でしたかを記録します。")
def forward_leaves_a_record() -> None:
    last = Neuron()(X).grad_fn
    assert last.name() == "TanhBackward0"
    assert last.next_functions[0][0].name() == "AddmmBackward0"


@claim("モデルに`backward`が増えるのではなく、計算の1つ1つが、自分の逆向きの計算を知っています。")
def each_computation_knows_its_way_back() -> None:
    model = Neuron()
    y = model(X)
    assert not hasattr(model, "backward")
    (back,) = [y.grad_fn(torch.ones(1, 1))]
    assert torch.allclose(back, 1 - y**2)


@claim("層の順番が1本道なら、{torch}`nn.Sequential`に並べるだけでも作れます。")
def a_sequence_is_the_same_model() -> None:
    model = Neuron()
    assert torch.equal(nn.Sequential(model.layer1, nn.Tanh())(X), model(X))


@claim("`self`に層を入れる行で、エラーになります。")
def without_super_it_fails_at_once() -> None:
    class Forgetful(nn.Module):
        def __init__(self) -> None:
            self.layer1 = nn.Linear(2, 1)

    with pytest.raises(AttributeError, match="before Module"):
        Forgetful()


@claim("リストの中の層は、登録されません。")
def a_list_hides_its_parts() -> None:
    model = nn.Module()
    model.layers = [nn.Linear(2, 1)]
    assert list(model.parameters()) == []


@claim("{torch}`nn.ModuleList`は、中の部品まで登録します。")
def a_module_list_does_not() -> None:
    model = nn.Module()
    model.layers = nn.ModuleList([nn.Linear(2, 1)])
    assert len(list(model.parameters())) == 2


@claim("パラメーターがあるかどうかは関係ありません。")
def a_part_without_parameters_is_shown() -> None:
    assert "Tanh" in repr(nn.Sequential(nn.Tanh()))


@claim("登録した部品が、名前つきで並びます。")
def parts_are_shown_with_their_names() -> None:
    shown = io.StringIO()
    with redirect_stdout(shown):
        print(Neuron())
    assert "(layer1): Linear" in shown.getvalue()
    assert "(activation): Tanh" in shown.getvalue()


@claim("`__init__`で部品を入れる順番を変えても、答えは変わりません。")
def the_order_of_parts_does_not_count() -> None:
    class Turned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.activation = nn.Tanh()
            self.layer1 = nn.Linear(2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.activation(self.layer1(x))

    model, turned = Neuron(), Turned()
    turned.load_state_dict(model.state_dict())
    assert [name for name, _ in turned.named_children()] == ["activation", "layer1"]
    assert torch.equal(turned(X), model(X))


@claim("リストは、PyTorchの部品ではありません。")
def a_list_is_no_module() -> None:
    assert not isinstance([nn.Linear(2, 1)], nn.Module)
    assert isinstance(nn.ModuleList([nn.Linear(2, 1)]), nn.Module)


@claim("表示に現れないだけでなく、パラメーターとしても数えられないので、学習もされません。")
def what_is_hidden_does_not_learn() -> None:
    model, hidden = nn.Module(), nn.Linear(2, 1)
    model.layers = [hidden]
    model.shown = nn.Linear(1, 1)
    before, kept = hidden.weight.detach().clone(), model.shown.weight.detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.shown(hidden(X)).square().sum().backward()
    optimizer.step()
    assert torch.equal(hidden.weight, before)
    assert not torch.equal(model.shown.weight, kept)

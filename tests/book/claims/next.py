"""What 次の一歩 says."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("practice/next")


class Recorder:
    """A backend of the compiler that changes nothing and keeps what it is given."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def __call__(
        self, graph: torch.fx.GraphModule, inputs: list[torch.Tensor]
    ) -> Callable[..., object]:
        calls = [node.target for node in graph.graph.nodes if node.op == "call_function"]
        self.seen.append([call.__name__ for call in calls])
        return graph.forward


@claim("テンソルは元の場所に残り、モデルは中身ごと移りました。")
def a_model_moves_and_a_tensor_does_not() -> None:
    tensor, model = torch.zeros(1), Neuron()
    tensor.to("meta")
    model.to("meta")
    assert tensor.device.type == "cpu"
    assert {p.device.type for p in model.parameters()} == {"meta"}


@claim("答えは変わらず、部品には、重み付き和とtanhの2つの計算が渡りました。")
def the_backend_is_given_both_steps() -> None:
    torch.compiler.reset()
    backend, model, x = Recorder(), Neuron(), torch.randn(2, 2)
    assert torch.equal(torch.compile(model, backend=backend)(x), model(x))
    assert backend.seen == [["linear", "tanh"]]


@claim("読み取った計算は、入力の形といっしょに覚えられ、次からは読み取りを省きます。")
def the_same_shape_is_read_once() -> None:
    torch.compiler.reset()
    backend = Recorder()
    compiled = torch.compile(Neuron(), backend=backend)
    for _ in range(3):
        compiled(torch.randn(2, 2))
    assert len(backend.seen) == 1


@claim("1件ずつの勾配を平均すると、`backward()`の勾配になりました。")
def the_mean_of_each_is_the_whole() -> None:
    torch.manual_seed(0)
    model, X, T = Neuron(), torch.randn(5, 2), torch.randn(5, 1)
    parameters = {name: p.detach() for name, p in model.named_parameters()}

    def loss(parameters: dict[str, torch.Tensor], x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return nn.functional.mse_loss(functional_call(model, parameters, x), t)

    each = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, X, T)
    nn.functional.mse_loss(model(X), T).backward()
    for name, whole in model.named_parameters():
        assert whole.grad is not None
        assert torch.allclose(each[name].mean(dim=0), whole.grad)


@claim("見つけたいものが動いても、答えは同じように動くだけです。")
def what_moves_is_found_where_it_moved_to() -> None:
    torch.manual_seed(0)
    image = nn.functional.pad(torch.randn(1, 1, 3, 3), (3, 3, 3, 3))
    slide = nn.Conv2d(1, 2, 3)
    with torch.no_grad():
        found, moved = slide(image), slide(image.roll((2, -1), dims=(2, 3)))
    assert torch.allclose(moved[..., 2:, :-1], found[..., :-2, 1:], atol=1e-6)
    assert not torch.allclose(moved, found)


@claim("重みの数も、画像の大きさによらず少なくて済みます。")
def a_larger_image_takes_the_same_weights() -> None:
    slide = nn.Conv2d(1, 4, 3)
    assert [slide(torch.zeros(1, 1, n, n)).shape[-1] for n in (8, 100)] == [6, 98]
    assert slide.weight.numel() < 64


@claim("$\\sqrt{d}$ で割るのは、$d$ が大きいときに、割合が1か所へ偏りすぎないようにするためです。")
def the_root_keeps_shares_apart() -> None:
    torch.manual_seed(0)
    Q, K = torch.randn(2, 100, 512)
    bare = torch.softmax(Q @ K.T, dim=1).amax(dim=1).mean()
    scaled = torch.softmax(Q @ K.T / 512**0.5, dim=1).amax(dim=1).mean()
    assert bare > 0.8
    assert scaled < 0.2

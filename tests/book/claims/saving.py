"""What 保存と再開 says."""

from __future__ import annotations

import io
import pickletools
import zipfile

import pytest
import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("beyond/saving")


def saved(value: object) -> io.BytesIO:
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return file


@claim("気をつけたいのは、断られたのが重みだけだったことです。")
def only_the_weight_is_refused() -> None:
    wider = Neuron(in_features=3, bias=[0.5])
    before = wider.layer1.weight.detach().clone()
    with pytest.raises(RuntimeError, match="size mismatch for layer1.weight"):
        wider.load_state_dict(Neuron(bias=[0.8]).state_dict())
    assert torch.equal(wider.layer1.weight, before)
    assert wider.layer1.bias.item() == pytest.approx(0.8)


@claim("`state_dict()`のファイルも、同じ形式です。")
def a_state_dict_is_a_pickle_too() -> None:
    with zipfile.ZipFile(saved(Neuron().state_dict())) as archive:
        name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        operations = [op.name for op, *_ in pickletools.genops(archive.read(name))]
    assert operations[0] == "PROTO"
    assert operations[-1] == "STOP"


@claim("いまのPyTorchでは、これが標準です。")
def weights_only_is_the_default() -> None:
    with pytest.raises(Exception, match="Weights only load failed"):
        torch.load(saved(Neuron()))


@claim("結果は、最後の桁まで同じです。")
def a_resumed_run_is_the_same() -> None:
    x, t = torch.tensor([[1.0, 2.0]]), torch.tensor([[-0.5]])

    def start() -> tuple[Neuron, torch.optim.SGD]:
        model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
        return model, torch.optim.SGD(model.parameters(), lr=0.002, momentum=0.9)

    def advance(model: Neuron, optimizer: torch.optim.SGD, count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            nn.MSELoss()(model(x), t).backward()
            optimizer.step()

    whole, first, second = start(), start(), start()
    advance(*whole, 20)
    advance(*first, 8)
    for part, state in zip(second, [part.state_dict() for part in first], strict=True):
        part.load_state_dict(torch.load(saved(state), weights_only=True))
    advance(*second, 12)
    assert torch.equal(whole[0].layer1.weight, second[0].layer1.weight)


@claim("種を決めたあとで関係のない乱数を5個使うと、左は変わり、右は変わりません。")
def a_generator_is_not_moved() -> None:
    found = []
    for unrelated in (0, 5):
        torch.manual_seed(0)
        generator = torch.Generator().manual_seed(0)
        torch.rand(unrelated)
        found.append((torch.randperm(6).tolist(), torch.randperm(6, generator=generator).tolist()))
    assert found[0][0] != found[1][0]
    assert found[0][1] == found[1][1]


@claim("この重みの値を本当に作ると、400MBのメモリーが要ります。")
def a_huge_weight_in_bytes() -> None:
    weight = nn.Linear(10_000, 10_000, device="meta").weight
    assert weight.numel() * weight.element_size() == 400 * 10**6


@claim("辞書のなかは、モデルと同じ値を指しています。")
def a_state_is_no_copy() -> None:
    model = Neuron()
    assert model.state_dict()["layer1.bias"].data_ptr() == model.layer1.bias.data_ptr()


@claim("`weights_only=True`は、テンソルや数などの決まったものだけを読む設定です。")
def other_things_are_refused() -> None:
    assert torch.load(saved({"w": torch.ones(2), "n": 3}), weights_only=True)["n"] == 3
    with pytest.raises(Exception, match="Weights only load failed"):
        torch.load(saved(Neuron()), weights_only=True)


@claim("`meta`は、形だけがあり、値のないデバイスです。")
def meta_has_no_values() -> None:
    ghost = torch.zeros(2, 3, device="meta")
    assert ghost.shape == (2, 3)
    with pytest.raises(RuntimeError, match="meta"):
        ghost[0, 0].item()

"""What 少しずつ学ぶ says."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("practice/batches")


def teacher() -> Neuron:
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8])


@cache
def data() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    x = torch.randn(1000, 2)
    return x, teacher()(x).detach() + 0.3 * torch.randn(1000, 1)


def slope(x: torch.Tensor, t: torch.Tensor) -> float:
    """The gradient of the first weight where the page starts, by torch."""
    model = Neuron(weight=[[-1.0, 1.0]], bias=[0.0])
    nn.functional.mse_loss(model(x), t).backward()
    return model.layer1.weight.grad[0, 0].item()


@cache
def slopes() -> torch.Tensor:
    """The same of each piece of data alone."""
    x, t = data()
    return torch.tensor([slope(x[i : i + 1], t[i : i + 1]) for i in range(len(x))])


@cache
def learned(size: int, *, rate: float = 0.1, mixed: bool = True, epochs: int = 5) -> list[float]:
    """The losses after each epoch, and at last how much too large the outputs are on average."""
    x, t = data()
    order = torch.arange(1000) if mixed else t.flatten().argsort()
    generator = torch.Generator().manual_seed(1)
    pairs = TensorDataset(x[order], t[order])
    loader = DataLoader(pairs, batch_size=size, shuffle=mixed, generator=generator)
    model, losses = Neuron(weight=[[-1.0, 1.0]], bias=[0.0]), []
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(epochs):
        for some_x, some_t in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(some_x), some_t).backward()
            optimizer.step()
        losses.append(nn.functional.mse_loss(model(x), t).item())
    return [*losses, (model(x).mean() - t.mean()).item()]


@claim("だから勾配も、1件ごとの勾配の平均になります。")
def a_gradient_is_a_mean() -> None:
    assert slopes().mean().item() == pytest.approx(slope(*data()), rel=1e-4)
    assert slopes().sum().item() != pytest.approx(slope(*data()), rel=1e-4)


@claim("1件ずつの意見は割れますが、正しい向きのほうが多数です。")
def most_of_them_are_right() -> None:
    assert slopes().mean() < 0
    assert 0.6 < (slopes() < 0).double().mean() < 0.9


@claim("ミニバッチの勾配は、1回ごとには外れても、どちらかに片寄ってはいません。")
def an_estimate_has_no_bias() -> None:
    torch.manual_seed(1)
    found = slopes()[torch.randint(1000, (20_000, 10))].mean(dim=1)
    assert found.mean().item() == pytest.approx(slopes().mean().item(), abs=0.01)
    assert found.std() > 0.1


@claim("バッチサイズを4倍にすると、ばらつきはいつも半分になります。")
def four_times_as_much_is_half_the_noise() -> None:
    torch.manual_seed(1)
    spreads = [
        slopes()[torch.randint(1000, (4000, size))].mean(dim=1).std().item()
        for size in (1, 4, 16, 64)
    ]
    for one, next_one in zip(spreads, spreads[1:], strict=False):
        assert next_one / one == pytest.approx(0.5, abs=0.03)


class Asked(Dataset):
    """A data set that keeps what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __len__(self) -> int:
        return 10

    def __getitem__(self, i: int) -> int:
        self.asked.append(i)
        return i


@claim(
    "{torch}`DataLoader <utils.data.DataLoader>`は、何件かを受け取り、重ねて1つのテンソルにします。"
)
def a_loader_asks_for_one_after_another() -> None:
    data = Asked()
    loader = DataLoader(data, batch_size=4)
    batch = next(iter(loader))
    assert data.asked == [0, 1, 2, 3]
    assert torch.equal(batch, torch.arange(4))


@claim("余りも、捨てずに渡します。")
def the_rest_is_given_as_well() -> None:
    assert [len(batch) for batch in DataLoader(range(10), batch_size=4)] == [4, 4, 2]
    assert [len(b) for b in DataLoader(range(10), batch_size=4, drop_last=True)] == [4, 4]


def epochs(seed: int) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(range(10), batch_size=4, shuffle=True, generator=generator)
    return [torch.cat(list(loader)).tolist() for _ in range(2)]


@claim("どちらのエポックでも、10件が1回ずつ出てきます。")
def an_epoch_is_all_of_it_once() -> None:
    for order in epochs(0):
        assert sorted(order) == list(range(10))
        assert order != sorted(order)


@claim("同じになるのは、同じ種で作り直した`loader`の、同じ回のエポックです。")
def a_seed_repeats_the_epochs_in_turn() -> None:
    first, second = epochs(0)
    assert epochs(0) == [first, second]
    assert first != second


@claim("10件ずつ見たときは、1エポックで終わりの値に着きました。")
def many_small_steps_are_there_at_once() -> None:
    small, middle, whole = (learned(size) for size in (10, 100, 1000))
    assert small[0] < 1.1 * min(small[:5])
    assert small[4] < 1.1 * middle[4] < 0.2 * whole[4]


@claim("学習率が大きいと、谷底のまわりで揺れ続け、手本のニューロンの損失までは下がりません。")
def a_large_rate_never_rests() -> None:
    x, t = data()
    floor = nn.functional.mse_loss(teacher()(x), t).item()
    large, small = (learned(10, rate=rate, epochs=8)[4:8] for rate in (0.5, 0.02))
    assert min(large) > 1.01 * floor
    assert max(small) < 1.01 * floor
    assert max(large) - min(large) > 10 * (max(small) - min(small))


@claim("最後に続けて見た「持っていく」日に、引っぱられます。")
def the_last_ones_pull() -> None:
    assert learned(10, mixed=False)[-1] > 0.2
    assert abs(learned(10)[-1]) < 0.05


@claim("勾配の見積もりも、そのたびに同じ向きへ片寄るので、平均しても打ち消し合いません。")
def sorted_batches_lean_together() -> None:
    x, t = data()
    order = t.flatten().argsort()
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    errors = (model(x) - t).detach()[order].flatten().split(100)
    assert all(part.mean() > 0.02 for part in errors[:3])
    assert all(part.mean() < -0.02 for part in errors[-3:])


@claim("半分を引き終えると、残りは半分だけなので、ばらつきの2乗も半分になります。")
def half_of_a_bag() -> None:
    torch.manual_seed(1)
    back = torch.stack([slopes()[torch.randint(1000, (500,))].mean() for _ in range(3000)])
    out = torch.stack([slopes()[torch.randperm(1000)[:500]].mean() for _ in range(3000)])
    assert (out.var() / back.var()).item() == pytest.approx(0.5, abs=0.06)


@claim("1000件すべてを引けば、ばらつきは0です。")
def the_whole_bag() -> None:
    means = torch.stack([slopes()[torch.randperm(1000)].mean() for _ in range(20)])
    assert means.std() < 1e-6

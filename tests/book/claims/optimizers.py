"""What 進み方を選ぶ says."""

from __future__ import annotations

from collections.abc import Callable

import torch

from tests.book.claims import claims_of

claim = claims_of("practice/optimizers")
X, T = torch.tensor([[1.0, 0.0], [0.0, 0.2]]), torch.tensor([[1.0], [0.4]])
Make = Callable[[list[torch.Tensor]], torch.optim.Optimizer]


def walk(make: Make, steps: int, scale: float = 1.0) -> torch.Tensor:
    """The places on the map of the page, the start first, where the loss is scaled."""
    w = torch.tensor([[-1.0, -2.0]], requires_grad=True)
    optimizer = make([w])
    places = [w.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        (scale * ((w @ X.T - T.T) ** 2).mean()).backward()
        optimizer.step()
        places.append(w.detach().clone())
    return torch.cat(places)


@claim("遠いのは $w_2$ なのに、勾配は $w_1$ のほうがずっと大きくなりました。")
def the_steeper_side_is_the_nearer_one() -> None:
    places = walk(lambda p: torch.optim.SGD(p, lr=1.0), steps=1)
    step, rest = (places[1] - places[0]).abs(), (torch.tensor([1.0, 2.0]) - places[0]).abs()
    assert rest[1] > rest[0]
    assert step[0] > 10 * step[1]


@claim("$\\mu = 0$ なら勢いが残らず、SGDになります。")
def no_momentum_is_plain_descent() -> None:
    plain = walk(lambda p: torch.optim.SGD(p, lr=1.8), steps=20)
    none = walk(lambda p: torch.optim.SGD(p, lr=1.8, momentum=0.0), steps=20)
    some = walk(lambda p: torch.optim.SGD(p, lr=1.8, momentum=0.1), steps=20)
    assert torch.equal(plain, none)
    assert not torch.allclose(plain, some)


@claim("便利なのは、損失を何倍かしても歩幅がほとんど変わらないことです。")
def adam_does_not_see_the_scale() -> None:
    ways = {"Adam": lambda p: torch.optim.Adam(p, lr=0.3), "SGD": lambda p: torch.optim.SGD(p, 0.1)}
    same = {
        name: torch.allclose(walk(make, 20), walk(make, 20, scale=5.0), atol=1e-4)
        for name, make in ways.items()
    }
    assert same == {"Adam": True, "SGD": False}


@claim("Adamは2つの向きへ同じ歩幅で歩き出しますが、勢いが残るので、谷底を行きすぎました。")
def adam_starts_evenly_and_goes_too_far() -> None:
    places = walk(lambda p: torch.optim.Adam(p, lr=0.3), steps=20)
    first = places[1] - places[0]
    assert torch.allclose(first[0], first[1])
    assert (places[-1] > torch.tensor([1.0, 2.0])).all()


@claim("学習率が2のままでは、損失が下げ止まります。")
def a_rate_of_two_never_settles() -> None:
    places = walk(lambda p: torch.optim.SGD(p, lr=2.0), steps=40)
    assert torch.allclose((places[:, 0] - 1).abs(), torch.full((41,), 2.0))


@claim("10歩進んで学習率が1になると、谷を横切る往復は1歩で収まりました。")
def a_rate_of_one_crosses_no_more() -> None:
    w = torch.tensor([[-1.0, -2.0]], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=2.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)
    places = []
    for _ in range(12):
        optimizer.zero_grad()
        ((w @ X.T - T.T) ** 2).mean().backward()
        optimizer.step()
        scheduler.step()
        places.append(w[0, 0].item())
    assert abs(places[9] - 1) > 1.9
    assert places[10:] == [1.0, 1.0]

"""自作の autograd。数1つの計算を記録し、逆にたどって勾配を求める。PyTorch は使わない。

矢印には、その計算だけの微分係数を書いておく。逆伝播は、届いた勾配に矢印の微分係数を掛けて渡すだけになる。
"""

from __future__ import annotations

import itertools
import math
from numbers import Real

from neuron.ieee import divide, exp, power

_numbers = itertools.count()


class Value:
    """計算を覚えている数。

    Attributes:
        data: 数そのもの。
        grad: ``backward`` で求めた勾配。
        parents: この数を作った計算の、（もとの数, 微分係数）の組。ただの数には矢印を引かない。
        name: この数を作った計算の名前。葉では空。
        number: 作られた順番。

    """

    def __init__(self, data: float, name: str = "", *arrows: tuple[Value | float, float]) -> None:
        """葉は ``data`` だけで作る。計算の結果は、``name`` と矢印も渡して作る。"""
        self.data = float(data)
        self.grad = 0.0
        self.name = name
        self.parents = tuple((v, slope) for v, slope in arrows if isinstance(v, Value))
        self.number = next(_numbers)

    def __repr__(self) -> str:
        """数と勾配を表示する。"""
        return f"Value({self.data:.4f}, grad={self.grad:.4f})"

    # -- 四則演算 ----------------------------------------------------------------------------------

    def __add__(self, other: Value | float) -> Value:
        """``self + other``。どちらを動かしても、結果は同じだけ動く。"""
        return Value(self.data + data_of(other), "Add", (self, 1.0), (other, 1.0))

    def __sub__(self, other: Value | float) -> Value:
        """``self - other``。"""
        return Value(self.data - data_of(other), "Sub", (self, 1.0), (other, -1.0))

    def __mul__(self, other: Value | float) -> Value:
        """``self * other``。微分係数は、相手の数になる。"""
        a, b = self.data, data_of(other)
        return Value(a * b, "Mul", (self, b), (other, a))

    def __truediv__(self, other: Value | float) -> Value:
        """``self / other``。"""
        quotient, b = divide(self.data, data_of(other)), data_of(other)
        slopes = divide(1.0, b), -divide(quotient, b)
        return Value(quotient, "Div", (self, slopes[0]), (other, slopes[1]))

    def __pow__(self, exponent: float) -> Value:
        """``self ** exponent``。指数は、ただの数に限る。"""
        if isinstance(exponent, Value):
            raise TypeError(f"指数は、ただの数で書いてください。渡された値: {exponent!r}")
        exponent = data_of(exponent)
        slope = exponent * power(self.data, exponent - 1) if exponent else 0.0
        return Value(power(self.data, exponent), "Pow", (self, slope))

    def __neg__(self) -> Value:
        """``-self``。"""
        return Value(-self.data, "Neg", (self, -1.0))

    def __radd__(self, other: float) -> Value:
        """``other + self``。左がただの数のとき、Python がこちらを呼ぶ。"""
        return self + other

    def __rsub__(self, other: float) -> Value:
        """``other - self``。"""
        return -self + other

    def __rmul__(self, other: float) -> Value:
        """``other * self``。"""
        return self * other

    def __rtruediv__(self, other: float) -> Value:
        """``other / self``。"""
        quotient = divide(data_of(other), self.data)
        return Value(quotient, "Div", (self, -divide(quotient, self.data)))

    # -- 関数 --------------------------------------------------------------------------------------

    def tanh(self) -> Value:
        """ハイパボリックタンジェント。微分係数は 1 − y²。"""
        y = math.tanh(self.data)
        return Value(y, "Tanh", (self, 1 - y**2))

    def exp(self) -> Value:
        """指数関数。微分係数は、結果と同じ。"""
        y = exp(self.data)
        return Value(y, "Exp", (self, y))

    def relu(self) -> Value:
        """負なら 0、正ならそのまま。"""
        return Value(max(self.data, 0.0), "Relu", (self, 0.0 if self.data <= 0 else 1.0))

    # -- 逆伝播 ------------------------------------------------------------------------------------

    def graph(self) -> list[Value]:
        """自分が使った数をすべて集め、作られた順の逆に並べる。結果が、いつももとの数より先に来る。"""
        found, waiting = {self}, [self]
        while waiting:
            for parent, _ in waiting.pop().parents:
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return sorted(found, key=lambda value: value.number, reverse=True)

    def backward(self) -> None:
        """自分の勾配を 1 として、もとの数へ勾配を渡していく。葉の勾配は、呼ぶたびに足される。"""
        values = self.graph()
        for value in values:
            if value.parents:
                value.grad = 0.0
        self.grad += 1.0
        for value in values:
            for parent, slope in value.parents:
                parent.grad += value.grad * slope


def data_of(value: Value | float) -> float:
    """``Value`` なら中の数、ただの数ならそのもの。

    Raises:
        TypeError: どちらでもないとき。テンソルを定数にすると、その勾配が黙って消えてしまう。

    """
    if not isinstance(value, Value | Real):
        raise TypeError(
            "Value と計算できるのは、Value と、ただの数だけです。"
            f"テンソルなら .item() で数にしてください。渡された値: {value!r}"
        )
    return value.data if isinstance(value, Value) else float(value)

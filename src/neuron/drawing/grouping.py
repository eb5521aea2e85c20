"""計算グラフの箱を、部品（``nn.Module``）の呼び出しごとにまとめ、くり返しを1つにする。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from neuron.drawing.record import Box, Call, GraphError

LONGEST = 60  # くり返しの1回は、これより多くのまとまりにはならない


@dataclass(frozen=True, eq=False)
class Part:
    """図の箱1つになるもの。``boxes`` は、中にある箱の番号。

    部品の呼び出しなら ``call`` があり、``level`` がその深さになる。くり返しなら、1回ごとの
    まとまりが ``rounds`` に並ぶ。どちらでもなければ、計算か値が1つだけ入っている。
    """

    boxes: tuple[int, ...]
    call: Call | None = None
    level: int = 0
    rounds: tuple[tuple[Part, ...], ...] = ()

    @property
    def is_group(self) -> bool:
        """中に、部品か、くり返す計算があるか。"""
        return self.call is not None or any(part.call or len(each) > 1
                                            for each in self.rounds for part in each)  # fmt: skip


def base_of(boxes: Sequence[Box]) -> int:
    """どの部品も1つの部品の中で呼ばれていれば、それはモデル自身なので、深さに数えない。"""
    calls = [box.calls for box in boxes if box.calls]
    if not calls:
        raise GraphError(
            "部品の呼び出しが記録されていません。nn.Module で作ったモデルを watch の中で計算し、"
            "trace(loss, values, params=model) のように渡してください。"
        )
    one = len({each[0].number for each in calls}) == 1
    return int(one and any(len(each) > 1 for each in calls))


def parts_of(boxes: Sequence[Box], inside: Iterable[int], above: int, depth: int) -> list[Part]:
    """番号が ``inside`` の箱を、部品ごとに、順伝播の順にまとめる。

    まとめるのは、深さが ``above`` より下、``depth`` までの部品。``depth`` より浅くても、中に部品の
    ない部品は、まとめる。
    """
    parents = {call.number for box in boxes for call in box.calls[:-1]}
    members: dict[object, list[int]] = {}
    levels: dict[object, int] = {}
    for index in inside:
        calls = boxes[index].calls
        level = min(len(calls), depth)
        key: object = index
        if level > above and (level == depth or calls[-1].number not in parents):
            levels[key := ("call", calls[level - 1].number)] = level
        members.setdefault(key, []).append(index)
    parts = []
    for key, found in members.items():
        level = levels.get(key, 0)
        call = boxes[found[0]].calls[level - 1] if level else None
        parts.append(Part(tuple(found), call, level))
    first = {part: made for part in parts if (made := _first_made(boxes, part)) is not None}
    moving = _repeated(boxes, sorted(first, key=lambda part: first[part]))
    return _settled(boxes, moving, [part for part in parts if part not in first])


def _settled(boxes: Sequence[Box], moving: list[Part], still: Sequence[Part]) -> list[Part]:
    """計算しない値を、使われるところで決める。

    1つのまとまりだけで使われるパラメーターは、その中に入れる。同じところで使われる、同じ名前の
    値（文の1語ずつなど）は、1つにまとめる。
    """
    users: dict[int, set[int]] = {}
    for place, part in enumerate(moving):
        for index in part.boxes:
            for arrow in boxes[index].arrows:
                users.setdefault(arrow.target, set()).add(place)
    found: dict[object, list[Part]] = {}
    for part in still:
        box = boxes[part.boxes[0]]
        places = sorted(users.get(part.boxes[0], ()))
        if box.parameter and len(places) == 1 and moving[places[0]].is_group:
            group = moving[places[0]]
            moving[places[0]] = replace(group, boxes=group.boxes + part.boxes)
        else:
            found.setdefault((box.label, *places) if box.given else part, []).append(part)
    return [
        *moving,
        *(same[0] if len(same) == 1 else _together(same) for same in found.values()),
    ]


def _together(parts: Sequence[Part]) -> Part:
    whole = tuple(index for part in parts for index in part.boxes)
    return Part(whole, rounds=tuple((part,) for part in parts))


def _first_made(boxes: Sequence[Box], part: Part) -> int | None:
    order = [made for i in part.boxes if (made := boxes[i].made) is not None]
    return min(order, default=None)


def _repeated(boxes: Sequence[Box], parts: Sequence[Part]) -> list[Part]:
    """続けて現れる同じ形のまとまりを、1つのくり返しにする。順伝播で続くものは、輪を作らない。"""
    looks = [repr(_look(boxes, part)) for part in parts]
    whose = {index: place for place, part in enumerate(parts) for index in part.boxes}
    uses = [
        {whose[arrow.target] for index in part.boxes for arrow in boxes[index].arrows
         if arrow.target in whose}
        for part in parts
    ]  # fmt: skip
    found = []
    place = 0
    while place < len(parts):
        length, count = _best_run(parts, looks, uses, place)
        if count == 1:
            found.append(parts[place])
            place += 1
            continue
        rounds = tuple(
            tuple(parts[start : start + length])
            for start in range(place, place + length * count, length)
        )
        whole = tuple(index for each in rounds for part in each for index in part.boxes)
        found.append(Part(whole, rounds=rounds))
        place += length * count
    return found


def _best_run(
    parts: Sequence[Part], looks: Sequence[str], uses: Sequence[set[int]], start: int
) -> tuple[int, int]:
    """``start`` から始まる、いちばん長いくり返しの、1回の長さと回数。"""
    best = (1, 1)
    for length in range(1, min(LONGEST, (len(parts) - start) // 2) + 1):
        count = 1
        while _goes_on(looks, uses, start, length, count):
            count += 1
        modules = any(part.call for part in parts[start : start + length])
        if count >= (2 if modules else 3) and length * count > best[0] * best[1]:
            best = (length, count)
    return best


def _goes_on(
    looks: Sequence[str], uses: Sequence[set[int]], start: int, length: int, count: int
) -> bool:
    """``count`` 回のあとに、もう1回、同じ形が前の回の値を使って続くか。"""
    before = range(start + length * (count - 1), start + length * count)
    after = range(before.stop, before.stop + length)
    if after.stop > len(looks) or any(looks[i] != looks[i + length] for i in before):
        return False
    return any(not uses[place].isdisjoint(before) for place in after)


def _look(boxes: Sequence[Box], part: Part) -> object:
    """まとまりの形：種類、中の部品、パラメーターの形、結果の形。計算1つなら、名前も見る。"""
    last = boxes[min(part.boxes)]
    shapes = [output.shape for output in last.outputs]
    if part.call is None:
        return last.name, last.label, shapes
    inside = {
        call.number: call.kind for index in part.boxes for call in boxes[index].calls[part.level :]
    }
    leaves = [boxes[i].outputs[0].shape for i in part.boxes if boxes[i].name == "AccumulateGrad"]
    return part.call.kind, sorted(inside.values()), sorted(map(repr, leaves)), shapes

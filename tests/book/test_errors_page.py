"""The museum of errors: each message is met or quoted, explained, mended, and found when pasted."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

import pytest
import torch

from tests.booksite.test_search import search, spell
from tests.builds import ROOT, Build

BOOK = ROOT / "book"
ENTRANCE = (BOOK / "beyond" / "errors.md").read_text("utf-8")
ROOMS = {page.stem: page.read_text("utf-8") for page in (BOOK / "appendix").glob("errors_*.md")}
SECTION = re.compile(r"^\((error-[a-z-]+)\)=\n#+ ([^\n]+)\n(.*?)(?=^\(error-|^## |\Z)", re.M | re.S)
ENTRIES = {
    label: (room, heading, body)
    for room, text in ROOMS.items()
    for label, heading, body in SECTION.findall(text)
}
TOLD = re.compile(r"`([^`]+)`")

# What only a GPU, or another system, can bring about: where torch itself keeps the words.
QUOTED = {
    "error-device": (
        "lib/libtorch_cpu.so",
        "Expected all tensors to be on the same device, but found at least two devices, ",
    ),
    "error-device-numpy": (
        "lib/libtorch_python.so",
        " device type tensor to numpy. Use Tensor.cpu()",
    ),
    "error-cuda": ("cuda/__init__.py", "Torch not compiled with CUDA enabled"),
    "error-deserialize": ("serialization.py", "Attempting to deserialize object on a "),
    "error-worker": ("utils/data/dataloader.py", "DataLoader worker (pid(s) {pids_str}) exited"),
}
UPSTREAM = {"error-memory"}  # stands in the CUDA build alone

# What beginners paste: the message as it is met, and the entry that has to come first.
PASTED = """
error-device
  Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!
error-device-numpy
  can't convert cuda:0 device type tensor to numpy.
error-cuda
  Torch not compiled with CUDA enabled
error-memory
  CUDA out of memory
error-deserialize
  Attempting to deserialize object on a CUDA device
error-target-dtype
  expected target dtype to be Long or Byte, but got Float
  expected scalar type Long but found Float
error-cast
  result type Float can't be cast to the desired output type Long
error-multi-target
  0D or 1D target tensor expected, multi-target not supported
error-target
  Target 3 is out of bounds.
error-probabilities
  Expected floating point type for target with class probabilities, got Long
error-between
  all elements of input should be between 0 and 1
error-target-size
  Using a target size (torch.Size([4])) that is different to the input size
error-size
  The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0
error-reshape
  shape '[4, 2]' is invalid for input of size 6
error-view
  view size is not compatible with input tensor's size and stride
error-ambiguous
  Boolean value of Tensor with more than one value is ambiguous
error-stack
  stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1
error-batchnorm
  Expected more than 1 value per channel when training, got input size torch.Size([1, 2])
error-keys
  Missing key(s) in state_dict
  Unexpected key(s) in state_dict: "module.0.weight".
error-weights-only
  Weights only load failed
error-embedding
  index out of range in self
error-worker
  DataLoader worker (pid(s) 42) exited unexpectedly
error-matmul
  mat1 and mat2 shapes cannot be multiplied (1x3 and 2x1)
error-requires-grad
  element 0 of tensors does not require grad and does not have a grad_fn
error-twice
  Trying to backward through the graph a second time
error-inplace
  has been modified by an inplace operation
error-numpy
  Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.
error-plain-list
  optimizer got an empty parameter list
error-nan
  nan
"""
QUERIES = [
    (label, query)
    for label, queries in re.findall(r"^(error-[a-z-]+)\n((?:  .+\n)+)", PASTED, re.M)
    for query in map(str.strip, queries.splitlines())
]


def outputs(body: str) -> str:
    return "\n".join(re.findall(r"```\{testoutput\}\n(.*?)```", body, re.S))


def holds(file: str, words: str) -> bool:
    """Tell whether a file of the installed torch has these words."""
    path = Path(torch.__file__).parent / file
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(words.encode()) >= 0


def test_the_museum_is_large_and_no_entry_stands_twice() -> None:
    found = [label for text in (ENTRANCE, *ROOMS.values()) for label, *_ in SECTION.findall(text)]
    assert len(found) == len(set(found))
    assert len(ENTRIES) >= 60
    assert len({heading for _, heading, _ in ENTRIES.values()}) == len(ENTRIES)


@pytest.mark.parametrize("label", ENTRIES)
def test_the_message_is_met_in_its_entry_or_kept_in_torch(label: str) -> None:
    _, heading, body = ENTRIES[label]
    if label in QUOTED:
        file, words = QUOTED[label]
        assert holds(file, words)
        pattern = re.escape(words).replace(r"\{pids_str\}", r"\d+")
        assert re.search(pattern, heading)
    elif label not in UPSTREAM:
        assert any(told in outputs(body) for told in TOLD.findall(heading)), heading


@pytest.mark.parametrize("label", ENTRIES)
def test_an_entry_says_three_causes_and_what_mends_them(label: str) -> None:
    _, _, body = ENTRIES[label]
    causes = re.search(r"^よくある原因\n: (.*?)\n\n", body, re.M | re.S)
    assert re.findall(r"^ *(\d)\. ", causes[1], re.M) == ["1", "2", "3"]
    mend = body.index("\n直し方\n: ", causes.end() - 2)
    assert "```{code-cell}" in body[mend:]
    assert body[: causes.start()].strip()


def test_old_words_and_false_cures_lead_to_entries_that_speak_of_them() -> None:
    rows = re.findall(r"^\| (?:`(.+?)`|.*?) \| .*?\[\]\(#(error-[a-z-]+)\).*\|$", ENTRANCE, re.M)
    assert len(rows) >= 16
    for words, label in rows:
        room, heading, body = ENTRIES[label]
        assert not words or words.split(". ")[0] in heading + body, (words, room)


def test_every_room_is_entered_from_the_entrance() -> None:
    assert sorted(re.findall(r"\(\.\./appendix/(errors_\w+)\.md\)", ENTRANCE)) == sorted(ROOMS)


def test_a_pasted_message_finds_its_entry_first(site: Build) -> None:
    wrong = []
    with search(site.html) as find:
        for label, query in QUERIES:
            room, heading, _ = ENTRIES[label]
            first = find(query)["found"][0]
            if (first["url"], spell(first["heading"])) != (
                f"appendix/{room}.html",
                spell(heading.replace("`", "")),
            ):
                wrong.append(f"{query}: {first['url']} {first['heading']}")
    assert wrong == []
    assert len(QUERIES) >= 29

"""The data of the book are found by name, and each says where it is from."""

from __future__ import annotations

import numpy as np
import pytest

from neuron import data


def test_data_are_found_by_name() -> None:
    assert data.path("iris.csv").read_text("utf-8").startswith("# Iris")


@pytest.mark.parametrize("name", ["rose.csv", "", "../index.md/x"])
def test_a_name_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"というデータはありません。あるもの: .*iris\.csv"):
        data.path(name)


def test_iris_is_the_table_that_fisher_published() -> None:
    table = np.loadtxt(data.path("iris.csv"), delimiter=",", encoding="utf-8")
    assert table.shape == (150, 5)
    assert np.bincount(table[:, 4].astype(int)).tolist() == [50, 50, 50]
    means = [table[table[:, 4] == k, :4].mean(0).round(3).tolist() for k in range(3)]
    assert means == [  # table 2 of the paper
        [5.006, 3.428, 1.462, 0.246],
        [5.936, 2.77, 4.26, 1.326],
        [6.588, 2.974, 5.552, 2.026],
    ]


def test_every_table_names_its_source_and_its_licence() -> None:
    for file in data.FOLDER.glob("*.csv"):
        head = file.read_text("utf-8")[:600]
        assert "Source: " in head and "Licence: " in head, file.name

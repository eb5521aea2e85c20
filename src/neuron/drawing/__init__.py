"""計算グラフを記録し、図にするための部品。

読者が使うのは `neuron.trace`、`neuron.flow`、`neuron.graph` の関数で、ここはその中身です。
"""

"""1つのニューロン：本のページが読み込み、そのまま見せるパッケージ。

- `neuron.Neuron`：PyTorch で書いたニューロン
- `neuron.by_hand`：同じニューロンを、PyTorch を使わずに手計算どおりに書いたもの
- `neuron.activations`：PyTorch の活性化関数の一覧
- `neuron.graph`：計算グラフの図
- `neuron.mlp`：ニューロンの層を重ねたモデル
- `neuron.learning`：勾配を使った学習
- `neuron.charts`：折れ線、損失の等高線、決定境界の図
- `neuron.data`：学習に使う、本物のデータ
- `neuron.digits`：手書き数字の画像
- `neuron.engine`：PyTorch を使わずに作った autograd
"""

from neuron.model import Neuron

__all__ = ["Neuron"]

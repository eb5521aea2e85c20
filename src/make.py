"""必要なパッケージを`.venv`に入れ、その Python で命令を実行する。

`make`から呼ばれる：`python3 src/make.py book -m sphinx …`
標準ライブラリーだけで、Python 3.8 以降で動き、本に使える新しい Python を探す。
"""

from bootstrap.main import main

if __name__ == "__main__":
    main()

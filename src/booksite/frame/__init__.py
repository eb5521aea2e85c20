"""サイトの枠：ひな形、スタイル、スクリプト、許すもの（Content-Security-Policy）。"""

"""The small pictures on the cards of the home page: of each page, what it is about.

Two lines on a ground of 48 × 32: what is there, and what the page does with it.
"""

from __future__ import annotations


def circle(x: float, y: float, radius: float) -> str:
    """Return a circle as part of a line."""
    r, d = f"{radius:g} {radius:g}", f"{2 * radius:g}"
    return f"M{x - radius:g} {y:g}a{r} 0 1 0 {d} 0a{r} 0 1 0-{d} 0"


LINES = {
    "lesson/on_paper": ("M24 16v8q0 3 3 3t3-3", "M10 16a14 12 0 0 1 28 0z"),
    "lesson/model": ("M8 7h14M13 16h22M13 25h12", "M27 7h12"),
    "lesson/parameters": ("M6 10h36M6 22h36", circle(16, 10, 3.5) + circle(30, 22, 3.5)),
    "lesson/forward": ("M6 7l15 7M6 25l15-7", circle(25, 16, 5) + "M30 16h12m-5-5l5 5-5 5"),
    "lesson/slope": ("M6 26q18 0 34-20", "M11 28.5l25-15"),
    "lesson/loss": ("M8 5q16 42 32 0", circle(33.6, 18.5, 3.5)),
    "lesson/chain": ("M3 12h9v9H3zM19.5 12h9v9h-9zM36 12h9v9h-9z", "M12 16.5h7.5m9 0H36"),
    "lesson/gradients": (circle(36, 16, 6), "M30 16H6m6-6l-6 6 6 6"),
    "lesson/graph": ("M18 4h12v7H18zM6 21h12v7H6zM30 21h12v7H30z", "M24 11v5M12 21v-5h24v5"),
    "lesson/explorer": ("M5 26q10 0 14-10t14-10h10", circle(19, 16, 3.5)),
    "beyond/learning": (
        "M4 16a20 12 0 1 0 40 0a20 12 0 1 0-40 0M18 16a8 4.5 0 1 0 16 0a8 4.5 0 1 0-16 0",
        "M9 10l5 8 5-4 4 3 3-1",
    ),
    "beyond/shapes": ("M4 7h24v18H4zM4 16h24M12 7v18M20 7v18", "M36 7h8v18h-8zM36 16h8"),
    "beyond/layers": ("M7 8l15-1M7 8l15 18M7 25L22 7M7 25l15 1", "M22 7l18 9M22 26l18-10"),
    "beyond/choosing": ("M5 26q12 0 19-10t19-10", "M5 24h19L42 8"),
    "beyond/checking": (circle(20, 14, 10) + "M27 21l8 8", "M15 14l4 4 7-7"),
    "beyond/reverse_mode": (
        "M4 5h21v21H4zM4 12h21M4 19h21M11 5v21M18 5v21",
        "M44 16H30m5-5l-5 5 5 5",
    ),
    "beyond/engine": (
        circle(24, 16, 7),
        "M24 4v5M24 23v5M12 16h5M31 16h5M15.5 7.5l3.5 3.5M29 21l3.5 3.5"
        "M32.5 7.5L29 11M19 21l-3.5 3.5",
    ),
    "beyond/saving": ("M11 5h21l5 5v17H11z", "M18 5v7h10V5M17 27v-9h14v9"),
    "beyond/errors": ("M24 4l15 24H9z", "M24 13v7M24 24v.1"),
    "practice/classifying": (
        "M7 6l4 4m0-4l-4 4M15 14l4 4m0-4l-4 4M6 19l4 4m0-4l-4 4" + circle(38, 24, 2.5),
        "M14 29L36 3",
    ),
    "practice/softmax": ("M5 28h38", "M12 28V18M24 28V5M36 28v-5"),
    "practice/iris": (
        "M24 18v11",
        "M24 18q-8-6 0-14q8 8 0 14M24 18q-10 2-12-7q9-1 12 7M24 18q10 2 12-7q-9-1-12 7",
    ),
    "practice/overfitting": ("M5 25q19-28 38-4", "M5 27q2-18 7-12t8-4t8 6t7-6t8 12"),
    "practice/batches": (
        "M6 12h16v16H6zM10 12V8h16v16h-4M14 8V4h16v16h-4",
        "M34 16h10m-4-4l4 4-4 4",
    ),
    "practice/optimizers": (
        "M3 16a21 9 0 1 0 42 0a21 9 0 1 0-42 0",
        "M8 11l5 11 5-10 5 8 5-6 6 2",
    ),
    "practice/starting": ("M5 28h38", "M5 26c14 0 12-21 19-21s5 21 19 21"),
    "practice/digits": ("M12 3h25v26H12z", "M18 9h13l-8 15"),
    "practice/debugging": ("M7 4v24h36", "M11 8q4 14 12 13t10-8t8-7"),
    "practice/next": ("M24 3v26", "M24 6h13l4 4-4 4H24M24 15H11l-4 4 4 4h13"),
}


def thumbnail(page: str) -> str:
    """Return the picture of a page, or nothing where it has none."""
    if page not in LINES:
        return ""
    quiet, loud = LINES[page]
    paths = f'<path d="{quiet}"/><path class="loud" d="{loud}"/>'
    return f'<svg class="thumbnail" viewBox="0 0 48 32" aria-hidden="true">{paths}</svg>'

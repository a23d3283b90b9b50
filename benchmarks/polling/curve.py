"""Requests against delay, as a drawing: an SVG file of a few lines, light or dark as the page is."""

from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 360, 52, 44


def draw(results, path):
    """A point for each policy; those of one schedule at different prices are joined."""
    points = {name: (told["req_day"], told["mean"], told["lossA"]) for name, told in results.items() if "/" not in name}
    most = (1.1 * max(x for x, _, _ in points.values()), 1.1 * max(y for _, y, _ in points.values()))
    own = sorted(_place(each, most) for name, each in points.items() if name.startswith("chronik"))
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in own)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        '<g font-family="sans-serif" font-size="11" fill="#777">',
        f'<path d="M{LEFT} 8V{HEIGHT - BOTTOM}H{WIDTH - 8}" fill="none" stroke="#777"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">requests an outlet and day</text>',
        f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2})">mean delay, min</text>',
        f'<polyline points="{line}" fill="none" stroke="#c33" stroke-width="2"/>',
        *(_tick(n, most) for n in range(1, 5)),
        *(_point(name, each, most) for name, each in points.items()),
        "</g></svg>",
    ]
    Path(path).write_text("\n".join(parts) + "\n", encoding="utf-8")


def _place(point, most):
    x = LEFT + (WIDTH - LEFT - 8) * point[0] / most[0]
    return x, (HEIGHT - BOTTOM) - (HEIGHT - BOTTOM - 8) * point[1] / most[1]


def _tick(n, most):
    x, y = _place((most[0] * n / 5, most[1] * n / 5), most)
    return (
        f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{most[0] * n / 5:.0f}</text>'
        f'<text x="{LEFT - 4}" y="{y + 4:.0f}" text-anchor="end">{most[1] * n / 5:.0f}</text>'
    )


def _point(name, point, most):
    (x, y), colour = _place(point, most), "#c33" if name.startswith("chronik") else "#36c"
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>'
        f'<text x="{x + 6:.0f}" y="{y - 4:.0f}">{name} ({point[2]:.2f} %)</text>'
    )

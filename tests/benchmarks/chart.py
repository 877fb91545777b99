"""The chart of growth: time of each step and memory against size, both axes logarithmic."""

from __future__ import annotations

from math import ceil, floor, log10

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 70, 600, 40, 410
COLOURS = {
    "read": "#1b9e77",
    "check": "#66a61e",
    "network": "#7570b3",
    "build": "#e7298a",
    "transfer": "#a6761d",
    "solve": "#d62728",
    "extract": "#1f78b4",
    "audit": "#666666",
    "prices": "#a6cee3",
    "write": "#e6ab02",
    "memory": "#000000",
}
Series = dict[str, list[tuple[float, float]]]


def growth(series: Series) -> str:
    """SVG of the series; memory in MiB has its own scale on the right."""
    seconds = {name: points for name, points in series.items() if name != "memory"}
    x = _axis([point[0] for own in series.values() for point in own])
    y = _axis([max(point[1], 1e-4) for own in seconds.values() for point in own])
    z = _axis([point[1] for point in series.get("memory", [(1, 1)])])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 22, "Seconds by step (left) and peak memory (right), by variables", 14),
        *_grid(x, y, z),
    ]
    labels = []
    for name, points in series.items():
        scale = z if name == "memory" else y
        places = [
            (_place(px, x, LEFT, RIGHT), _place(max(py, 1e-4), scale, BOTTOM, TOP))
            for px, py in points
        ]
        dash = ' stroke-dasharray="6 4"' if name == "memory" else ""
        wide = 3 if name == "solve" else 1.8
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        colour = COLOURS[name]
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{wide}"{dash}/>'
        )
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>' for a, b in places]
        labels.append((places[-1][1], name, colour))
    parts += _labels(labels)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axis(values: list[float]) -> tuple[int, int]:
    """Powers of ten that enclose all values."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _place(value: float, axis: tuple[int, int], begin: float, end: float) -> float:
    low, high = axis
    return begin + (log10(value) - low) / (high - low) * (end - begin)


def _text(x: float, y: float, text: str, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}">{text}</text>'


def _grid(x: tuple[int, int], y: tuple[int, int], z: tuple[int, int]) -> list[str]:
    parts = []
    for power in range(x[0], x[1] + 1):
        at = _place(10.0**power, x, LEFT, RIGHT)
        parts.append(f'<path d="M{at:.1f} {TOP}V{BOTTOM}" stroke="#ddd"/>')
        parts.append(_text(at, BOTTOM + 18, f"{10**power:,}", anchor="middle"))
    for power in range(y[0], y[1] + 1):
        at = _place(10.0**power, y, BOTTOM, TOP)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, at + 4, f"{10.0**power:g} s", anchor="end"))
    for power in range(z[0], z[1] + 1):
        at = _place(10.0**power, z, BOTTOM, TOP)
        parts.append(_text(RIGHT - 4, at - 4, f"{10**power:,} MiB", 10, "end"))
    parts.append(_text((LEFT + RIGHT) / 2, BOTTOM + 40, "variables", anchor="middle"))
    return parts


def _labels(labels: list[tuple[float, str, str]]) -> list[str]:
    """Labels at the ends of the lines, spaced so that they do not overlap."""
    parts = []
    lowest = TOP - 14.0
    for at, name, colour in sorted(labels):
        lowest = max(at, lowest + 14)
        parts.append(f'<text x="{RIGHT + 12}" y="{lowest + 4:.1f}" fill="{colour}">{name}</text>')
    return parts

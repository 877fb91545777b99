"""Numbers in sentences."""


def figure(number: float) -> str:
    """Four digits at least, and no power of ten: 0.1235, 12.35, 224,550."""
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:,.4g}"

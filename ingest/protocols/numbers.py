"""Numbers as sent: what a float would round is kept as a Decimal, digit by digit."""

from decimal import Decimal, InvalidOperation

_OUT_OF_RANGE = "Number out of range"


def exact(text: str) -> float | Decimal:
    """For msgspec's `float_hook`: numbers with a fraction or an exponent, where any value may be.

    Raises ValueError for what no float reaches: parsers elsewhere make infinity of it.
    """
    value = float(text)
    # 15 digits always survive a float, unless they are too small for one.
    if len(text) < 16 and (1e-290 < value < 1e290 or -1e290 < value < -1e-290):
        return value
    if value in (float("inf"), float("-inf")):
        raise ValueError(_OUT_OF_RANGE)
    try:
        sent = Decimal(text)
    except InvalidOperation:  # an exponent that even Decimal cannot hold
        raise ValueError(_OUT_OF_RANGE) from None
    return value if sent == Decimal(repr(value)) else sent

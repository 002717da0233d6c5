"""JSON to an address of the operator's choice: Slack, Mattermost, an incident tool."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

logger = logging.getLogger(__name__)

# Dagster gives a sensor 60 s; three tries with their pauses take 33 s at most.
TIMEOUT_SECONDS = 10.0
PAUSES_SECONDS = (1.0, 2.0)
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


class WebhookError(RuntimeError):
    """The receiver is away or refused; the message never holds the address, which is a secret."""


def post(
    url: str,
    payload: Mapping[str, Any],
    *,
    timeout: float = TIMEOUT_SECONDS,
    pauses: tuple[float, ...] = PAUSES_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Deliver `payload`; tries again after each pause while the receiver is away or busy.

    Raises WebhookError when it was not delivered.
    """
    for pause in (*pauses, None):
        try:
            return _send(url, payload, timeout)
        except _TryAgainError as error:
            if pause is None:
                raise WebhookError(f"{error}, {len(pauses) + 1} times") from None
            sleep(pause)
    return None


class _TryAgainError(Exception):
    """What may be over in a moment."""


def _send(url: str, payload: Mapping[str, Any], timeout: float) -> None:
    try:
        response = httpx.post(url, json=dict(payload), timeout=timeout)
    except httpx.TransportError as error:
        raise _TryAgainError(f"the receiver does not answer ({type(error).__name__})") from error
    except httpx.InvalidURL as error:
        raise WebhookError("the address is no URL") from error
    status = response.status_code
    if status == TOO_MANY_REQUESTS or status >= SERVER_ERROR:
        raise _TryAgainError(f"the receiver answered {status}")
    if not response.is_success:
        raise WebhookError(f"the receiver refused with {status}: {response.text[:200]}")

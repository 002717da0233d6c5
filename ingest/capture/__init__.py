"""The hot path: capture requests are answered here, before FastAPI's router.

A normal route with a Pydantic body manages 6.4k requests a CPU-second, this 34.8k.
"""

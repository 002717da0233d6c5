"""Funnels: saved and ad-hoc ones are compiled to the same SQL."""

from semantic_layer.compiler.funnels.compiler import FunnelCompiler

__all__ = ["FunnelCompiler"]

"""Funnels: saved and ad-hoc ones are compiled to the same SQL."""

from semantic_layer.compiler.funnels.compiler import FunnelCompiler
from semantic_layer.compiler.funnels.saved import SavedFunnel, compile_saved

__all__ = ["FunnelCompiler", "SavedFunnel", "compile_saved"]

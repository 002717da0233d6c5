"""Catalogue, semantic queries, compilers, SQL guard and executor."""

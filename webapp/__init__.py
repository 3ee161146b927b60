"""Movazi: learn parallel programming in Python by running the real thing.

This package imports nothing by itself, so that the engine never loads Flask.
"""

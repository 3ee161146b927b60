"""Measurements, each a ratio beside what it is compared with, in one run; never timed tests.

`make bench` prints them all as a table for docs/measurements.md.
"""

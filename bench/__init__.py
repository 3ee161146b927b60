"""Measurements. Each is compared with something else that is measured in the same run.

`make bench` prints the tables of docs/measurements.md. No test measures time.
"""

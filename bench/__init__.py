"""Measurements. Each is compared with something else that is measured in the same run.

`make bench` prints the README's table. No test measures time.
"""

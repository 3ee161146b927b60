"""Compares many runs of one demo with the same parameters.

    Recording ──> Tally.add() ──> Summary, of each run ──> distribution(), rarest(), compare_lines()

A run may have 100,000 events, so each recording is reduced to a small summary. Whole recordings are
kept only of runs that a visitor may want to see: the first of each outcome, fastest and slowest.
"""

"""What many runs of one demo, with the same values, have in common, and what not.

    Recording ──> Tally.add() ──> Summary, of each run ──> distribution(), rarest(), compare_lines()

A run may have 100,000 events, so each recording is folded into a small summary as it comes. Whole
recordings are held of a few runs only: those that somebody may want to look at afterwards.
"""

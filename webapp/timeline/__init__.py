"""From what a run recorded to what is seen of it: who ran when, and who waited for whom.

    Recording ──lanes, arrows──> Timeline ──svg──────> the picture
                                          ├─steps────> what a walk through the events shows
                                          ├─tables───> the same for those who do not see it
                                          ├─figure───> all of these, as one piece of HTML
                                          └─trace────> a file for Perfetto

All of it is the standard library, so that a recorded page can be made where nothing is installed.
"""

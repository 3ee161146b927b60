"""From what a run recorded to what is seen of it: who ran when, and who waited for whom.

    Recording ──reading, arrows──> Timeline ──svg──────> the picture
                                            ├─steps────> what a walk through the events shows
                                            ├─tables───> the same for those who do not see it
                                            ├─figure───> all of these, as one piece of HTML
                                            └─trace────> a file for Perfetto

`lanes` says what a timeline is made of. `reading` finds the workers' `lives`, what they were at
(`stretches`) and what they held (`holdings`). `svg` draws each lane in its row (`rows`).

All of it is the standard library, so that a recorded page can be made where nothing is installed.
"""

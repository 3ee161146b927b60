"""Draws a recording as a timeline: which worker ran when, and which waited for which.

    Recording ──reading──> Timeline ──svg, arrows──> picture
                                    ├─steps────────> data for stepping through the events
                                    ├─tables───────> table of workers, for screen readers
                                    ├─figure───────> all of these, as HTML
                                    ├─document─────> picture as an SVG file
                                    └─trace────────> file for Perfetto

`lanes` says what a timeline is made of. `reading` finds the workers' `lives`, what they were at
(`stretches`) and what they held (`holdings`). `svg` draws each lane in its row (`rows`). `standing`
finds who was left waiting.

All of it is the standard library, so that a recorded page can be made where nothing is installed.
"""

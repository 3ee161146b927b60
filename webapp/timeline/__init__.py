"""Draws a recording as a timeline: which worker ran when, and which waited for which.

    Recording ──reading──> Timeline ──svg, arrows──> picture
                                    ├─steps────────> data for stepping through the events
                                    ├─tables───────> table of workers, for screen readers
                                    ├─figure───────> all of these, as HTML
                                    ├─document─────> picture as an SVG file
                                    └─trace────────> file for Perfetto

                 events ──growing──> messages about a run that is still running

`lanes` defines the timeline. `reading` builds it from the workers' `lives`, `stretches` and
`holdings`. `standing` finds the waits that never ended. It needs only the standard library, so that
`webapp.recording` needs no installation.
"""

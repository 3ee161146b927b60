"""Two demos side by side, or one with two sets of values.

`blueprint`   the addresses
`pairs`       the course's own comparisons, and the ways to them from a demo
`form`        asks for two demos with their values
`running`     runs them, one after the other
`stream`      tells it as it happens
`comparison`  what came of them, on one axis of time
`sources`     what differs in their sources
`page`        all of it as a page
"""

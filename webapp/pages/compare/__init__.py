"""Two demos side by side, or one with two sets of values.

`blueprint`   the routes
`pairs`       the course's own comparisons, and the links to them from a demo
`form`        the form for two demos with their values
`running`     runs them, one after the other
`stream`      streams both runs
`comparison`  the results of both, on one time axis
`sources`     the differences of their sources
`page`        the page
"""

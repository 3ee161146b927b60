"""A search for the schedule of a demo's threads that breaks it, at the demo's address + /search.

`blueprint`  the route that stops it
`running`    follows the search in the engine
`panel`      what was tried, in words and numbers
`stream`     sends both, and then the smallest run that breaks the demo
"""

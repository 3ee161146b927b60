"""A repetition: one demo, thirty times, at the demo's address + /repeat.

`blueprint`  the route that stops it
`running`    runs the demo, in parallel if it mostly sleeps
`stream`     streams the repetition
`keeping`    stores the notable runs
`panel`      the summary: `histogram` of the outcomes, `lines` and their order, the rarest outcome
`answers`    how often each answer to the demo's question was true
`label`      an outcome in words
"""

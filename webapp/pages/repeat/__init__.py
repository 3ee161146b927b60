"""A repetition: one demo, thirty times, at the demo's address + /repeat.

`blueprint`  the routes that stop it and take it up again
`running`    runs the demo, in parallel if it mostly sleeps
`repetitions` those of this server
`stream`     streams the repetition
`keeping`    stores the notable runs
`panel`      the summary: `histogram` of the outcomes, `lines` and their order, the rarest outcome
`answers`    how often each answer to the demo's question was true
`label`      an outcome in words
"""

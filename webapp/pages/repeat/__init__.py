"""One demo, thirty times, at its own address and /repeat.

`blueprint`  where it is stopped
`running`    runs it, at once where it mostly sleeps
`stream`     tells it as it happens
`keeping`    stores those runs that are worth a look
`panel`      what they show together: `histogram`, how outcomes are spread, `lines`, what kept its
             order, and the rarest; `label` is an outcome in words
"""

"""One demo, thirty times.

`running`  runs it, at once where it mostly sleeps
`stream`   tells it as it happens
`panel`    what they show together: how outcomes are spread, what kept its order, the rarest
"""

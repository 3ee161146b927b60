"""A class votes on what a run will do: twice, with talk between, and then the run decides.

`watch`     tells the streams of rooms what has changed, on whichever server
`decided`   what the run of a ballot says to its question
`panel`     what a room shows to a student, to the teacher and on the projector
`own_run`   a student's own run, pooled with the class's
`stream`    a room as server-sent events
`bounds`    what one address may take
`errors`    what is refused
`layout`    the frame of the pages
`student`   the routes of students and of the projector
`teacher`   the routes of the teacher
"""

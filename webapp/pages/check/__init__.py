"""The check at a topic's end, at /LANGUAGE/CHAPTER/TOPIC/check.

`routes`     the routes, which are among those of the topic
`choosing`   which questions a check has
`page`       the page with the questions
`stream`     runs the demos one after another, and adds what each run says to the page
"""

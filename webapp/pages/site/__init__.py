"""What the whole site has, and its pages beside the course.

`site`      what all pages stand on, wired by `create_app`
`layout`    what every page has around its content
`assets`    the static files, under an address that changes with their content
`home`      the first page; `about`: for teachers, and on privacy; `record`: one's own program
`errors`    what answers when something is wrong
`crawlers`  what search engines ask for
"""

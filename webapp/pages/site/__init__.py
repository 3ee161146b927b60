"""What all pages share, and the pages outside the course.

`site`      the objects that all pages use, wired by `create_app`
`layout`    the frame of every page
`assets`    the static files, under addresses that change with their content
`errors`    error pages
`crawlers`  robots.txt and the sitemap

The pages are `home`, `about` (for teachers, privacy) and `record` (record your own program).
"""

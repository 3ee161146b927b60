"""“You are the scheduler”: a visitor chooses which thread goes on.

Its page is at the demo's address + /scheduler.
The address holds all choices. Each answer is a run of the program by them, up to the next choice.

`board`   runs the program by the choices, and says where it stands
`page`    the page of a board
`proof`   what a search finds of a program that nobody can break
"""

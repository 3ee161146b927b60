"""The message is larger than the pipe, and the only one who could receive it is the sender."""

from multiprocessing import Pipe

ours, theirs = Pipe()
ours.send("x" * 1_000_000)
print(len(theirs.recv()))

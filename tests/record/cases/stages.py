"""Stages joined by pipes: each forked stage has copies of all ends, so no EOFError ever comes."""

from multiprocessing import Pipe, get_context


def work(source, target):
    try:
        while True:
            target.send(source.recv() + 1)
    except EOFError:
        target.close()


if __name__ == "__main__":
    fork = get_context("fork")
    pipes = [Pipe(duplex=False) for _ in range(3)]
    stages = [
        fork.Process(target=work, args=(pipes[at][0], pipes[at + 1][1]), name=f"stage-{at}")
        for at in range(2)
    ]
    for stage in stages:
        stage.start()
    pipes[0][1].send(1)
    print(pipes[2][0].recv(), flush=True)
    pipes[0][1].close()
    for stage in stages:
        stage.join()

#!/usr/bin/env python3
"""The other end of a stream: what sends papers to `papertag tag` and reads the answers.

usage: partner.py waits COMMAND...    sends one line, or 100 at once, and waits for the answers before it sends more
       partner.py piped COMMAND...    does as Spark's rdd.pipe does, with a few partitions at once

The command reads JSON Lines and answers each line with one line that has the same "id". Ends with status 1 after saying
what is wrong.
"""
import json
import queue
import subprocess
import sys
import threading

WAIT = 60  # seconds after which an answer is missing


def paper(i):
    return json.dumps({"id": f"p{i}", "title": f"Paper {i} on agents that plan", "abstract": "We quantize. " * (i % 50)})


def lines_of(stream):
    """A queue that gets each line of the stream, and None in the end."""
    lines = queue.Queue()

    def read():
        for line in stream:
            lines.put(line)
        lines.put(None)
    threading.Thread(target=read, daemon=True).start()
    return lines


def waits(command):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    answers = lines_of(process.stdout)
    sent = 0
    try:
        for count in [1] * 20 + [100] * 5 + [1, 100, 33, 1, 32, 64]:
            process.stdin.write("".join(paper(sent + k) + "\n" for k in range(count)))
            process.stdin.flush()
            for i in range(sent, sent + count):
                if json.loads(answers.get(timeout=WAIT))["id"] != f"p{i}":
                    sys.exit(f"the answer to paper {i} is another")
            sent += count
        process.stdin.close()
        if answers.get(timeout=WAIT) is not None or process.wait(WAIT):
            sys.exit("it did not end with the input")
    except queue.Empty:
        sys.exit(f"no answer to a paper of the {count} sent last, after {sent}")
    finally:
        process.kill()


class Partition(threading.Thread):
    """A task of Spark on a partition: PipedRDD starts the command, words split at spaces and without a shell; one
    thread prints every element as a line and closes; the task reads lines until the end and then wants status 0."""

    def __init__(self, command, elements):
        super().__init__()
        self.command, self.elements, self.lines, self.failed = command, elements, [], None

    def write(self, stdin):
        try:
            for element in self.elements:
                stdin.write(element + "\n")
            stdin.close()
        except BrokenPipeError:
            pass

    def run(self):
        words = " ".join(self.command).split()
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        writer = threading.Thread(target=self.write, args=(process.stdin,))
        writer.start()
        self.lines = [line.rstrip("\n") for line in process.stdout]
        writer.join()
        if process.wait():
            self.failed = f"Subprocess exited with status {process.returncode}"


def piped(command):
    parts = [[], [paper(i) for i in range(3000)], [paper(9), "", "no json", '{"id":"x","n":[]}', paper(8)], [""], ["{"],
             [paper(1)]]
    tasks = [Partition(command, elements) for elements in parts]
    for task in tasks:
        task.start()
    for number, task in enumerate(tasks):
        task.join(600)
        if task.failed or len(task.lines) != len(task.elements):
            sys.exit(f"partition {number}: {task.failed}; {len(task.elements)} elements, {len(task.lines)} lines")
        for element, line in zip(task.elements, task.lines):
            answer = json.loads(line)  # rdd.zip with what went in
            good = element.startswith('{"id": ')
            if ("tags" in answer) != good or (answer["id"] != json.loads(element)["id"] if good else not answer["error"]):
                sys.exit(f"partition {number}: {element[:60]!r} gave {line[:60]!r}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    {"waits": waits, "piped": piped}[sys.argv[1]](sys.argv[2:])

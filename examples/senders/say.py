#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Say one event to humed with pyzmq and nothing of hume: `say.py ENDPOINT TASK MESSAGE [TOKEN]`.

ENDPOINT is ipc:///run/hume/humed.sock, or tcp://127.0.0.1:4862 with the token of humed's `tcp-token` file. Ends with the
code of humed's answer: 0, it is stored. docs/protocol.md says all of it.
"""

import json
import secrets
import sys
import time

import zmq


def make_id() -> str:
    """Return a UUID of version 7: the time in ms, then chance."""
    number = time.time_ns() // 1_000_000 << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def main(endpoint: str, task: str, message: str, token: str = "") -> int:
    """Say it, and return what humed made of it; 75 when nobody answered within a second."""
    event = {"v": 1, "id": make_id(), "kind": "log", "time": time.time_ns(), "task": task, "message": message}
    frames = [token.encode()] if token else []
    with zmq.Context() as context, context.socket(zmq.REQ) as humed:
        humed.linger = 0
        humed.connect(endpoint)
        humed.send_multipart([*frames, json.dumps(event).encode()])
        if not humed.poll(1_000):
            print("nobody answers: say it again, with the same id", file=sys.stderr)
            return 75
        code, _id, text = f"{humed.recv().decode()}  ".split(" ", 2)
    if code != "0":
        print(text.strip(), file=sys.stderr)
    return int(code)


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        print("say.py ENDPOINT TASK MESSAGE [TOKEN]", file=sys.stderr)
        sys.exit(64)
    try:
        sys.exit(main(*sys.argv[1:]))
    except zmq.ZMQError as error:
        print(f"{sys.argv[1]}: {error}: ipc:///PATH or tcp://HOST:PORT is expected", file=sys.stderr)
        sys.exit(64)

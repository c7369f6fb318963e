#!/usr/bin/env python3
"""Starts the tests' model server on the loopback and runs bench_remote against it: remote.py PROGRAM [ROWS]"""
import os
import pathlib
import subprocess
import sys

SERVER = pathlib.Path(__file__).resolve().parent.parent / "test/remote/model_server.py"


def main():
    program, *rows = sys.argv[1:]
    environment = dict(os.environ, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
    with subprocess.Popen([sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as server:
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        status = subprocess.call([program, url + "/sum", *rows], env=environment)
        server.stdin.close()
    return status


if __name__ == "__main__":
    sys.exit(main())

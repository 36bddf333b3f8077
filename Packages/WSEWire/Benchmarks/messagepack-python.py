#!/usr/bin/env python3
"""Times the Python package msgpack on the frames that `WSEWireBenchmarks --write-samples DIRECTORY` wrote.

Usage: messagepack-python.py DIRECTORY
"""

import pathlib
import sys
import timeit

import msgpack


def best(operation):
    timer = timeit.Timer(operation)
    count, _ = timer.autorange()
    return min(timer.repeat(7, max(1, count // 4))) / max(1, count // 4)


def main():
    print(f"msgpack {'.'.join(map(str, msgpack.version))}, Python {sys.version.split()[0]}")
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.msgpack")):
        frame = path.read_bytes()
        value = msgpack.unpackb(frame)
        unpack = best(lambda: msgpack.unpackb(frame))
        pack = best(lambda: msgpack.packb(value))
        print(f"{path.stem:16} {len(frame):6} bytes  unpackb {unpack * 1e6:9.3f} µs  packb {pack * 1e6:9.3f} µs")


if __name__ == "__main__":
    main()

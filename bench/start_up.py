#!/usr/bin/env python3
"""S6: how long does `meshplan --help` take against an empty program that uses iostream?

    bench/start_up.py build/release/meshplan

Calls the two in turn and compares the fastest tenth of the calls, so that other work on the machine matters little.
"""

import os
import subprocess
import sys
import tempfile
import time

CALLS = 500
EMPTY = "#include <iostream>\nint main() { std::cout << '\\n'; }\n"


def seconds(command, sink):
    start = time.perf_counter()
    subprocess.run(command, stdout=sink, check=True)
    return time.perf_counter() - start


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as sink:
        empty = os.path.join(folder, "empty")
        subprocess.run(["g++", "-O2", "-x", "c++", "-", "-o", empty], input=EMPTY, text=True, check=True)
        times = {"empty": [], "help": []}
        for _ in range(CALLS):
            times["empty"].append(seconds([empty], sink))
            times["help"].append(seconds([program, "--help"], sink))
    fast = {name: sorted(all_times)[CALLS // 10] for name, all_times in times.items()}
    print(f"empty program {fast['empty'] * 1e3:.2f} ms, meshplan --help {fast['help'] * 1e3:.2f} ms, "
          f"ratio {fast['help'] / fast['empty']:.2f}")


main()

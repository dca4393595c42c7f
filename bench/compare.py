#!/usr/bin/python3
"""Runs the side-by-side benchmarks of the kernel and prints the ratios that DESIGN's speed targets S1 and S2 are about.

    bench/compare.py build/dev

CPU time of the median of several interleaved repetitions, so that a busy machine disturbs both sides alike.
"""
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
COUNTS = ("load_steps", "checkpoints_timed", "checkpoints_requested", "checkpoint_ends", "thresholds", "vacuums",
          "vacuum_ends", "slot_drained")


def benchmark(build, name, *options):
    """Results of one Google Benchmark executable, by benchmark name: a list over the repetitions."""
    command = [str(build / "bench" / f"bench_{name}"), "--benchmark_format=json", *options]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    results = {}
    for result in json.loads(output)["benchmarks"]:
        if result["run_type"] == "iteration":
            results.setdefault(result["run_name"], []).append(result)
    return results


def cpu_time(runs):
    return statistics.median(run["cpu_time"] for run in runs)


def simpy(*options):
    command = ["/usr/bin/python3", str(HERE / "mesh_year_simpy.py"), *options]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def hold_model(build):
    results = benchmark(build, "hold_model", "--benchmark_repetitions=9", "--benchmark_min_time=0.1",
                        "--benchmark_enable_random_interleaving=true")
    print("S1  hold model             Timers  priority_queue   ratio")
    for pending in (16, 100, 1000, 10000):
        ours = cpu_time(results[f"Timers/pending:{pending}"])
        usual = cpu_time(results[f"PriorityQueue/pending:{pending}"])
        print(f"    {pending:6} pending       {ours:6.1f} ns       {usual:6.1f} ns   {ours / usual:5.3f}")
    growth = (cpu_time(results["Timers/pending:10000"]) / cpu_time(results["Timers/pending:16"]))
    print(f"    cost at 10 000 / cost at 16: {growth:.2f}")


def mesh_year(build):
    runs = benchmark(build, "mesh_year", "--benchmark_repetitions=9")["MeshYear"]
    ours = cpu_time(runs) / 1e3
    print(f"S2  mesh-year, {runs[0]['events']:.0f} events    CPU time   Timers faster by")
    print(f"    sim::Timers                {ours * 1e3:8.1f} ms")
    for label, options in (("SimPy, event for event", ()), ("SimPy, launcher naps and snapshots", ("--naps",))):
        theirs = simpy(*options)
        differing = [name for name in COUNTS if theirs[name] != runs[0][name]]
        if differing:
            sys.exit(f"{label}: other counts of {', '.join(differing)}")
        print(f"    {label:34} {theirs['seconds']:6.2f} s {theirs['seconds'] / ours:8.0f}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1])
    hold_model(build)
    mesh_year(build)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes guc_table.inc from running servers: export_guc.py BIN_DIRECTORY... > guc_table.inc

Each directory holds initdb, pg_ctl and postgres of one PostgreSQL major; psql is taken from PATH or from the first
directory that has one. A throwaway cluster is made in a temporary directory, asked for pg_settings over a unix
socket, and removed. As root everything runs as the user `postgres`, which must be able to read the directories.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

COLUMNS = ["name", "vartype", "unit", "min_val", "max_val", "enumvals", "boot_val", "context"]
QUERY = f"""
  SELECT current_setting('server_version_num')::int / 10000, name, vartype, coalesce(unit, ''), coalesce(min_val, ''),
         coalesce(max_val, ''), coalesce(array_to_string(enumvals, ','), ''), coalesce(boot_val, ''), context
  FROM pg_settings WHERE name NOT LIKE '%.%' ORDER BY name COLLATE "C"
"""
# Values that a server has only when it was compiled with the library; distributions' packages have them all.
COMPILED_IN = {
    ("wal_compression", "enum"): ["pglz", "lz4", "zstd", "on", "off"],
    ("default_toast_compression", "enum"): ["pglz", "lz4"],
    ("io_method", "enum"): ["sync", "worker", "io_uring"],
}


def command(*words):
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return prefix + [str(word) for word in words]


def settings_of(binaries, psql):
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="guc_", dir="/tmp"))
    scratch.chmod(0o777)
    data = scratch / "data"
    try:
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run(command(binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres"), **quiet)
        subprocess.run(command(binaries / "pg_ctl", "-D", data, "-w", "-l", scratch / "log", "-o",
                               f"-c listen_addresses= -c unix_socket_directories={scratch}", "start"), **quiet)
        try:
            rows = subprocess.run(command(psql, "-h", scratch, "-U", "postgres", "-XAt", "-F", "\t", "-c", QUERY),
                                  check=True, capture_output=True, text=True, cwd="/").stdout
        finally:
            subprocess.run(command(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"), **quiet)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return [line.split("\t") for line in rows.splitlines()]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main():
    directories = [pathlib.Path(d).resolve() for d in sys.argv[1:]]
    if not directories:
        sys.exit(__doc__)
    psql = shutil.which("psql") or next(d / "psql" for d in directories if (d / "psql").exists())
    spans = {}  # (name, definition) -> majors
    for directory in directories:
        for major, *row in settings_of(directory, psql):
            entry = dict(zip(COLUMNS, row))
            known = COMPILED_IN.get((entry["name"], entry["vartype"]))
            if known and (entry["name"] != "io_method" or int(major) >= 18):
                entry["enumvals"] = ",".join(known)
            spans.setdefault((entry["name"], tuple(entry.values())), []).append(int(major))
    print("// Made by export_guc.py from pg_settings of PostgreSQL 15, 16, 17 and 18; one row per name and definition:")
    print("// first major, last major, name, type, unit, min, max, enum values, boot value, context.")
    print("// clang-format off")
    for (name, entry), majors in sorted(spans.items(), key=lambda item: (item[0][0], item[1])):
        assert majors == list(range(majors[0], majors[-1] + 1)), (name, majors)
        # `bool` is a keyword, so the types are named as pg_settings.vartype with an underscore.
        fields = [quoted(field) for field in (entry[0],)] + [f"GucType::{entry[1]}_"] + [quoted(f) for f in entry[2:]]
        print(f"{{{majors[0]}, {majors[-1]}, {', '.join(fields)}}},")


if __name__ == "__main__":
    main()

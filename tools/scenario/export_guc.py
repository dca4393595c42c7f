#!/usr/bin/env python3
"""Writes guc_table.inc from running servers: export_guc.py BIN_DIRECTORY... > guc_table.inc

Each directory holds initdb, pg_ctl and postgres of one PostgreSQL major (see throwaway_server.py).
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from throwaway_server import ask  # noqa: E402

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


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    spans = {}  # (name, definition) -> majors
    for directory in sys.argv[1:]:
        for line in ask(directory, QUERY):
            major, *row = line.split("\t")
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

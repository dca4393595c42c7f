#!/usr/bin/env python3
"""Writes catalog_table.inc from running servers: export_catalog.py BIN_DIRECTORY... > catalog_table.inc

Each directory holds initdb, pg_ctl and postgres of one PostgreSQL major; psql is taken from PATH. A throwaway cluster is
made in a temporary directory, asked for pg_type, pg_operator, pg_proc and pg_cast over a unix socket, and removed. As root
everything runs as the user `postgres`, which must be able to read the directories.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Objects below 10000 are PostgreSQL's own to postgres_fdw (shippable.c, is_builtin). Types, functions and operators that
# no query can use (internal state, handlers, input and output functions) are left out.
QUERY = r"""
WITH odd AS (SELECT oid FROM pg_type WHERE typname ~ '^(internal|cstring|_cstring|trigger|event_trigger|.*_handler|pg_ddl_command|pg_node_tree|pg_brin.*|pg_mcv_list|pg_ndistinct|pg_dependencies|aclitem|_aclitem|gtsvector|_gtsvector|refcursor|_refcursor|txid_snapshot|_txid_snapshot|pg_snapshot|_pg_snapshot)$' OR typtype = 'c' OR oid >= 10000)
SELECT line FROM (
  SELECT concat_ws('|', 't', typname, format_type(t.oid, NULL), typcategory, typispreferred::int, (typcollation <> 0)::int,
                   typlen, coalesce((SELECT e.typname FROM pg_type e WHERE e.oid = t.typelem AND t.typcategory = 'A'), ''))
  FROM pg_type t WHERE oid NOT IN (SELECT oid FROM odd)
  UNION ALL
  SELECT concat_ws('|', 'o', oprname, coalesce(l.typname, ''), r.typname, s.typname, p.provolatile, oprcanhash::int, oprcanmerge::int,
                   CASE WHEN oprrest::oid = 0 THEN '' ELSE oprrest::text END)
  FROM pg_operator o LEFT JOIN pg_type l ON l.oid = oprleft JOIN pg_type r ON r.oid = oprright
  JOIN pg_type s ON s.oid = oprresult JOIN pg_proc p ON p.oid = oprcode
  WHERE o.oid < 10000 AND oprleft NOT IN (SELECT oid FROM odd) AND oprright NOT IN (SELECT oid FROM odd)
  UNION ALL
  SELECT concat_ws('|', 'f', proname,
                   (SELECT coalesce(string_agg(a.typname, ',' ORDER BY n), '') FROM unnest(proargtypes) WITH ORDINALITY u(id, n) JOIN pg_type a ON a.oid = u.id),
                   r.typname, prokind, provolatile, proretset::int, (provariadic <> 0)::int, pronargdefaults)
  FROM pg_proc p JOIN pg_type r ON r.oid = prorettype
  WHERE p.oid < 10000 AND pronamespace = 'pg_catalog'::regnamespace AND prorettype NOT IN (SELECT oid FROM odd WHERE oid <> 2249)
    AND NOT EXISTS (SELECT FROM unnest(proargtypes) u(id) WHERE u.id IN (SELECT oid FROM odd))
    AND proname !~ '^(pg_(stat|ls|replication|logical|wal|import|backup|hba|ident|stop|start|promote|control|get_wal|walfile|copy|drop|create|sync|available)|binary_upgrade|brin|has_|row_security|lo_|RI_|plpgsql|shobj|col_desc|xpath|.*_to_xml|table_to|query_to|schema_to|database_to|cursor_to)'
    AND (prokind <> 'f' OR proname !~ '(_sel|_send|_recv|_in|_out|_transfn|_accum|_finalfn|_support|_subtype_diff|_canonical|joinsel)$')
  UNION ALL
  SELECT concat_ws('|', 'c', s.typname, t.typname, castcontext, castmethod, coalesce(p.provolatile, 'i'))
  FROM pg_cast c JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget LEFT JOIN pg_proc p ON p.oid = castfunc
  WHERE castsource NOT IN (SELECT oid FROM odd) AND casttarget NOT IN (SELECT oid FROM odd)
) x(line) ORDER BY line COLLATE "C"
"""


def command(*words):
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return prefix + [str(word) for word in words]


def ask(binaries, query):
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="catalog_", dir="/tmp"))
    scratch.chmod(0o777)
    data = scratch / "data"
    try:
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run(command(binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres"), **quiet)
        subprocess.run(command(binaries / "pg_ctl", "-D", data, "-w", "-l", scratch / "log", "-o",
                               f"-c listen_addresses= -c unix_socket_directories={scratch}", "start"), **quiet)
        try:
            psql = command(shutil.which("psql"), "-h", scratch, "-U", "postgres", "-XAt", "-v", "ON_ERROR_STOP=1", "-c")
            major = subprocess.run(psql + ["SHOW server_version_num"], check=True, capture_output=True, text=True, cwd="/").stdout
            rows = subprocess.run(psql + [query], check=True, capture_output=True, text=True, cwd="/").stdout
        finally:
            subprocess.run(command(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"), **quiet)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return int(major) // 10000, rows.splitlines()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    spans = {}
    for directory in sys.argv[1:]:
        major, rows = ask(pathlib.Path(directory).resolve(), QUERY)
        for row in rows:
            spans.setdefault(row, []).append(major)
    print("// Made by export_catalog.py from PostgreSQL 15, 16, 17 and 18. Each row: last digits of the first and last major, then")
    print("// t|name|format_type|category|preferred|collatable|length|element")
    print("// o|name|left|right|result|volatility|hashable|mergeable|restriction estimator")
    print("// f|name|arguments|result|kind|volatility|set|variadic|defaults")
    print("// c|source|target|context|method|volatility")
    print("// clang-format off")
    for row, majors in sorted(spans.items()):
        assert majors == list(range(majors[0], majors[-1] + 1)), (row, majors)
        text = row.replace("\\", "\\\\").replace('"', '\\"')
        print(f'"{majors[0] % 10}{majors[-1] % 10}{text}",')


if __name__ == "__main__":
    main()

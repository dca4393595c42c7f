#!/usr/bin/env python3
"""Writes catalog_table.inc from running servers: export_catalog.py BIN_DIRECTORY... > catalog_table.inc

Each directory holds initdb, pg_ctl and postgres of one PostgreSQL major (see throwaway_server.py); asked are pg_type,
pg_operator, pg_proc and pg_cast.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from throwaway_server import ask  # noqa: E402

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


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    spans = {}
    for directory in sys.argv[1:]:
        major = int(ask(directory, "SHOW server_version_num")[0]) // 10000
        for row in ask(directory, QUERY):
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

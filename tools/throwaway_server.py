"""One throwaway PostgreSQL cluster to ask: in a temporary directory, over a unix socket, removed afterwards.

As root everything runs as the user `postgres`, which must be able to read the directory of the programs.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile


def _command(*words):
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return prefix + [str(word) for word in words]


def ask(binaries, query):
    """Lines of a query's answer, columns parted by tabs.

    binaries    directory with initdb, pg_ctl and postgres of one major; psql is taken from PATH, else from there
    """
    binaries = pathlib.Path(binaries).resolve()
    psql = shutil.which("psql") or binaries / "psql"
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="throwaway_"))
    scratch.chmod(0o777)
    data = scratch / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    try:
        subprocess.run(_command(binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres"), **quiet)
        subprocess.run(_command(binaries / "pg_ctl", "-D", data, "-w", "-l", scratch / "log", "-o",
                                f"-c listen_addresses= -c unix_socket_directories={scratch}", "start"), **quiet)
        try:
            answer = subprocess.run(_command(psql, "-h", scratch, "-U", "postgres", "-XAt", "-F", "\t",
                                             "-v", "ON_ERROR_STOP=1", "-c", query),
                                    check=True, capture_output=True, text=True, cwd="/").stdout
        finally:
            subprocess.run(_command(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"), **quiet)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return answer.splitlines()

"""The engines that run the queries: each takes the tables and the queries, and gives rows as CSV cells."""

import csv
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The columns of each table, with their types; ids and codes are text.
TABLES = {
    "patients": {"patient_id": "text", "practice_code": "text", "birth_date": "date", "registered_date": "date",
                 "deregistered_date": "date", "death_date": "date"},
    "events": {"patient_id": "text", "event_date": "date", "code": "text", "text": "text", "practice_code": "text"},
    "practices": {"practice_code": "text", "practice_name": "text", "list_size": "bigint", "area": "text",
                  "contact_name": "text", "contact_details": "text"},
    "appointments": {"patient_id": "text", "agreed_date": "date", "appointment_date": "date", "attended": "boolean"},
    "slots": {"practice_code": "text", "slot_start": "timestamp", "slot_end": "timestamp", "taken": "boolean"},
    "baseline": {"practice_code": "text", "indicator": "text", "numerator": "bigint", "denominator": "bigint"},
}


def written(rows):
    """Rows as CSV cells: NULL is empty, numbers as they print."""
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


class DuckDb:
    name, dialect = "DuckDB", "duckdb"

    def load(self, tables):
        import duckdb

        connection = duckdb.connect()
        for table, columns in TABLES.items():
            types = ", ".join(f"'{column}': '{'VARCHAR' if kind == 'text' else kind.upper()}'" for column, kind in columns.items())
            connection.execute(
                f"CREATE TABLE {table} AS SELECT * FROM read_csv('{tables / table}.csv', header = true, quote = '\"', "
                f"escape = '\"', columns = {{{types}}})"
            )
        return connection

    def run(self, tables, queries, report):
        connection = self.load(tables)
        for name, query in queries.items():
            result = connection.execute(query)
            columns = [column[0] for column in result.description]
            report(name, columns, written(result.fetchall()))


class Postgres:
    """A server of its own in a folder of its own, reached by a socket in it."""

    name, dialect = "PostgreSQL", "postgres"

    def __init__(self):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
        if not found:
            sys.exit("there is no PostgreSQL: run tests/engines/run.sh, which installs it")
        self.bin = found[-1]

    def run(self, tables, queries, report):
        folder = Path(tempfile.mkdtemp(prefix="uptake-postgres-"))
        # The server refuses to run as root.
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        try:
            # A locale in which capitals and small letters are mixed, to see that nothing hangs on it.
            self.server("initdb", "-D", data, "--auth=trust", "--encoding=UTF8", "--no-sync", "--locale-provider=icu",
                        "--icu-locale=en-GB", "--locale=C.UTF-8", "-U", "postgres")
            options = f"-k {folder} -c listen_addresses= -c fsync=off -c work_mem=64MB -c jit=off"
            self.server("pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
            try:
                self.load(folder, tables)
                for name, query in queries.items():
                    rows = self.ask(folder, f"COPY (\n{query.rstrip().rstrip(';')}\n) TO STDOUT (FORMAT csv, HEADER)")
                    columns, *rows = list(csv.reader(rows.splitlines()))
                    report(name, columns, rows)
            finally:
                self.server("pg_ctl", "-D", data, "-m", "immediate", "stop")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def server(self, program, *arguments):
        command = [str(self.bin / program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # A server that was started holds what it inherits open: its output goes nowhere.
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"{program} failed: {(done.stderr or b'').decode()}")

    def ask(self, folder, query):
        command = ["psql", "-h", str(folder), "-U", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        done = subprocess.run(command, input=query, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"PostgreSQL: {done.stderr}")
        return done.stdout

    def load(self, folder, tables):
        for table, columns in TABLES.items():
            types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            content = (tables / f"{table}.csv").read_text(encoding="utf-8")
            self.ask(folder, f"CREATE TABLE {table} ({types});\nCOPY {table} FROM STDIN (FORMAT csv, HEADER);\n{content}\\.\nANALYZE {table};\n")


class Spark:
    """A standalone master and two workers on this machine, to which the queries are submitted as one application."""

    name, dialect = "Spark", "spark"

    def run(self, tables, queries, report):
        import pyspark

        home = Path(pyspark.__file__).parent
        folder = Path(tempfile.mkdtemp(prefix="uptake-spark-"))
        environment = os.environ | {
            "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
            "SPARK_WORKER_DIR": str(folder / "work"), "SPARK_LOCAL_DIRS": str(folder / "local"),
        }
        port, page = free_port(), free_port()
        master = f"spark://127.0.0.1:{port}"
        running = []

        def start(kind, *arguments):
            command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{kind}", "--host", "127.0.0.1", *arguments]
            log = open(folder / f"{kind}-{len(running)}.log", "w")
            running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

        try:
            start("master.Master", "--port", str(port), "--webui-port", str(page))
            wait_for(port)
            for _ in range(2):
                start("worker.Worker", "--cores", "1", "--memory", "1200m", "--webui-port", str(free_port()), master)
            self.submit(home, folder, environment, master, tables, queries)
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                process.wait()
        for name in queries:
            with open(folder / f"{name.replace('/', '~')}.csv", newline="", encoding="utf-8") as rows:
                columns, *rows = list(csv.reader(rows))
                report(name, columns, rows)
        shutil.rmtree(folder, ignore_errors=True)

    def submit(self, home, folder, environment, master, tables, queries):
        for name, query in queries.items():
            (folder / f"{name.replace('/', '~')}.sql").write_text(query, encoding="utf-8")
        settings = {
            "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.executor.memory": "1000m",
            "spark.cores.max": "2", "spark.sql.shuffle.partitions": "2", "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC", "spark.driver.memory": "2g", "spark.sql.adaptive.enabled": "false",
        }
        command = [str(home / "bin/spark-submit"), "--master", master]
        for name, value in settings.items():
            command += ["--conf", f"{name}={value}"]
        command += [str(Path(__file__).with_name("spark_job.py")), str(tables), str(folder)]
        log = folder / "submit.log"
        with open(log, "w") as out:
            done = subprocess.run(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            sys.exit(f"Spark: {log.read_text()[-6000:]}")
        print("  " + next(line for line in log.read_text().splitlines() if line.startswith("executors:")))


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_for(port):
    for _ in range(600):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the Spark master did not come up within a minute")

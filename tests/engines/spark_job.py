"""The application that is submitted to the Spark cluster: tables from CSV, every query of a folder, results beside them."""

import csv
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

from engines import TABLES, written


def main(tables, folder):
    spark = SparkSession.builder.appName("uptake engine check").getOrCreate()
    # Both workers must take part, or it would be no cluster.
    executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus
    for _ in range(600):
        if executors().size() >= 3:
            break
        time.sleep(0.1)
    print(f"executors: {executors().size() - 1} of {spark.sparkContext.master}, Spark {spark.version}", flush=True)
    for table, columns in TABLES.items():
        schema = ", ".join(f"{column} {'string' if kind == 'text' else kind}" for column, kind in columns.items())
        reader = spark.read.option("header", True).option("multiLine", True).option("quote", '"').option("escape", '"')
        rows = reader.option("timestampFormat", "yyyy-MM-dd HH:mm:ss").schema(schema).csv(str(tables / f"{table}.csv"))
        rows.repartition(4).cache().createOrReplaceTempView(table)
    for path in sorted(folder.glob("*.sql")):
        started = time.time()
        result = spark.sql(path.read_text(encoding="utf-8"))
        rows = [list(row) for row in result.collect()]
        with open(path.with_suffix(".csv"), "w", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows([result.columns] + written(rows))
        print(f"{path.stem}: {len(rows)} rows in {time.time() - started:.1f} s", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

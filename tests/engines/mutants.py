"""Whether the hostile extract would notice: each comparison of a query is turned by one day or one dose, and the answer must
change. What changes nothing is told, for an extract that no mutant survives has every boundary in it.

Run by `check.py --mutants`, on DuckDB.
"""

import re

# A comparison with a day or a count, in the steps that say the rules.
COMPARISON = re.compile(r"(?<=\s)(<=|>=|<|>|=)(?= (?:p\.|DATE|\d|\(p\.))")
TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>"}


def mutants(query):
    """Each comparison turned, with the line it stands in."""
    # The steps before the ages say nothing of a rule.
    start = query.index("\ndoses AS")
    for found in COMPARISON.finditer(query, start):
        line = query[query.rfind("\n", 0, found.start()) + 1:query.index("\n", found.end())].strip()
        # Within one life every day lies after birth and before the day of measurement on both sides of these.
        if line.startswith(("ON d.patient_id", "WHERE", "--", "INNER", "LEFT")):
            continue
        mutant = query[:found.start()] + TURNED[found.group()] + query[found.end():]
        yield f"{found.group()} turned {TURNED[found.group()]} in: {line[:150]}", mutant


def survivors(connection, query, expected):
    """How many mutants there are, and those that change nothing."""
    total, alive = 0, []
    for name, mutant in mutants(query):
        total += 1
        rows = [tuple(row) for row in connection.execute(mutant).fetchall()]
        if rows == expected:
            alive.append(name)
    return total, alive

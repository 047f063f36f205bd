-- The yardstick: 2023-24's four indicators by practice, written by hand for this question and no other.
-- $patients and $events stand for the tables, $codes for a file name; two threads. What makes it fast, each measured:
-- * everything that depends on the birth date alone is worked out once for each of some 1,800 birth dates;
-- * events meet the codes first and the cohort second, which DuckDB would do the other way round if it were let;
-- * a dose's place in its window is decided while its patient's dates are at hand, and travels as a flag;
-- * events are cut down to distinct (patient, cluster, date) before anything is counted.
SET disabled_optimizers = 'join_order';

WITH
-- A cluster is a bit, since a code may be in two. No patient needs two clusters that share a code.
codes AS MATERIALIZED (
  SELECT code, bit_or(CASE cluster
    WHEN 'dtap' THEN 1 WHEN 'dtap_contraindicated' THEN 2 WHEN 'mmr' THEN 4 WHEN 'mmr_contraindicated' THEN 8
    WHEN 'dtap_ipv_booster' THEN 16 WHEN 'shingles_live' THEN 32 WHEN 'shingles_inactivated' THEN 64
    WHEN 'shingles_contraindicated' THEN 128 WHEN 'shingles_declined' THEN 256 ELSE 0 END)::INTEGER AS bits
  FROM read_csv('$codes', types = {'code': 'VARCHAR'}) GROUP BY code HAVING bits > 0
),
-- Ages of each birth date on whose patients some indicator looks. DuckDB's month addition takes a missing day to the
-- month's last, as the rules do.
births AS MATERIALIZED (
  SELECT birth,
    (birth + INTERVAL 5 MONTH)::DATE AS m5, (birth + INTERVAL 6 MONTH)::DATE AS m6,
    (birth + INTERVAL 7 MONTH)::DATE AS m7, (birth + INTERVAL 8 MONTH)::DATE AS m8,
    (birth + INTERVAL 17 MONTH)::DATE AS m17, (birth + INTERVAL 18 MONTH)::DATE AS m18,
    (birth + INTERVAL 57 MONTH)::DATE AS m57, (birth + INTERVAL 58 MONTH)::DATE AS m58,
    (birth + INTERVAL 59 MONTH)::DATE AS m59, (birth + INTERVAL 5 YEAR)::DATE AS y5,
    m8 BETWEEN DATE '2023-04-01' AND DATE '2024-03-31' AS vi001,
    m18 BETWEEN DATE '2023-04-01' AND DATE '2024-03-31' AS vi002,
    y5 BETWEEN DATE '2023-04-01' AND DATE '2024-03-31' AS vi003,
    (birth + INTERVAL 80 YEAR)::DATE BETWEEN DATE '2023-04-01' AND DATE '2024-03-31' AS turns80,
    (birth + INTERVAL 81 YEAR)::DATE BETWEEN DATE '2023-04-01' AND DATE '2024-03-31' AS turns81,
    turns80 OR turns81 AS old,
    CASE WHEN vi001 THEN 3 ELSE 0 END | CASE WHEN vi002 THEN 12 ELSE 0 END
      | CASE WHEN vi003 THEN 30 ELSE 0 END | CASE WHEN old THEN 480 ELSE 0 END AS needs,
    -- The window's first day, its end, and a second end: for MMR, and for the second dose of the two.
    CASE WHEN old THEN (birth + INTERVAL 70 YEAR)::DATE ELSE (birth + INTERVAL 12 MONTH)::DATE END AS lo,
    CASE WHEN old THEN (birth + INTERVAL 80 YEAR)::DATE WHEN vi003 THEN y5 ELSE m8 END AS hi,
    CASE WHEN old THEN (birth + INTERVAL 81 YEAR)::DATE WHEN vi003 THEN y5 ELSE m18 + 1 END AS hi2
  FROM (SELECT unnest(generate_series(DATE '1942-03-01', DATE '2024-03-31', INTERVAL 1 DAY))::DATE AS birth)
  WHERE needs > 0
),
-- The registration that holds at year end: the latest, then the greatest practice code.
held AS (
  SELECT patient_id, file_row_number::INTEGER AS pid, practice_code, birth_date AS birth, registered_date AS registered
  FROM $patients
  WHERE registered_date <= DATE '2024-03-31'
    AND (deregistered_date IS NULL OR deregistered_date > greatest(registered_date, DATE '2024-03-31'))
    AND (death_date IS NULL OR death_date > DATE '2024-03-31')
    -- Wide of every cohort: it only spares work.
    AND (birth_date BETWEEN DATE '2021-09-25' AND DATE '2023-08-05'
      OR birth_date BETWEEN DATE '2018-03-25' AND DATE '2019-04-05'
      OR birth_date BETWEEN DATE '1942-03-25' AND DATE '1944-04-05')
  QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY registered_date DESC, practice_code DESC) = 1
),
cohort AS MATERIALIZED (
  SELECT patient_id, pid, practice_code, registered, birth, needs, lo, hi, hi2 FROM held JOIN births USING (birth)
),
doses AS (
  SELECT DISTINCT pid, needs & bits AS bit, event_date AS day,
    -- In the window in which it achieves, or rules out.
    CASE WHEN bit IN (1, 2, 16) THEN day < hi
         WHEN bit = 4 THEN day >= lo AND day < hi2
         WHEN bit = 8 THEN day < hi2
         ELSE day >= lo AND day < hi END AS inside,
    -- Before registration; for the inactivated vaccine, in time to be the second dose.
    CASE WHEN bit = 64 THEN day < hi2 ELSE day < registered END AS before
  FROM $events e JOIN codes USING (code) JOIN cohort USING (patient_id)
  WHERE event_date <= DATE '2024-03-31' AND event_date >= birth AND needs & bits <> 0
    AND NOT (bits = 64 AND event_date < lo)
),
recorded AS (
  SELECT pid, bit_or(bit) AS any_bits, bit_or(CASE WHEN inside THEN bit ELSE 0 END) AS inside_bits,
    bit_or(CASE WHEN before THEN bit ELSE 0 END) AS before_bits,
    count(*) FILTER (bit = 1 AND inside) AS dtp, count(*) FILTER (bit = 1 AND before) AS dtp_before,
    count(*) FILTER (bit = 4 AND inside) AS mmr, count(*) FILTER (bit = 4 AND before) AS mmr_before,
    min(day) FILTER (bit = 64 AND inside) AS first_dose, max(day) FILTER (bit = 64 AND before) AS last_in_time,
    max(day) FILTER (bit = 64) AS last_dose, count(*) FILTER (bit = 64 AND day < DATE '2023-04-01') AS by_start,
    max(day) FILTER (bit = 256) AS last_decline
  FROM doses GROUP BY pid
),
judged AS (
  SELECT practice_code, vi001, vi002, vi003,
    coalesce(any_bits, 0) AS has, coalesce(inside_bits, 0) AS had, coalesce(before_bits, 0) AS came_with,
    coalesce(dtp_before, 0) AS d, coalesce(mmr_before, 0) AS m,
    vi001 AND coalesce(dtp >= 3, false) AS achieved1,
    vi002 AND had & 4 <> 0 AS achieved2,
    vi003 AND coalesce(mmr >= 2, false) AND had & 16 <> 0 AS achieved3,
    turns80 OR (turns81 AND had & 32 = 0 AND coalesce(by_start = 1 AND first_dose < DATE '2023-04-01', false)) AS vi004,
    vi004 AND (had & 32 <> 0 OR coalesce(last_in_time > first_dose, false)) AS achieved4,
    vi001 AND NOT achieved1 AND (had & 2 <> 0 OR registered >= m8 OR (registered >= m7 AND d <= 2)
      OR (registered >= m6 AND d <= 1) OR (registered >= m5 AND d = 0)) AS excepted1,
    vi002 AND NOT achieved2 AND (had & 8 <> 0 OR registered > m18 OR (registered > m17 AND m = 0)) AS excepted2,
    vi003 AND NOT achieved3 AND (had & 10 = 10 OR (coalesce(mmr >= 2, false) AND had & 2 <> 0) OR had & 24 = 24
      OR (registered > m57 AND m = 0 AND came_with & 16 = 0)
      OR (registered > m58 AND ((m = 1 AND came_with & 16 = 0) OR (m = 0 AND came_with & 16 <> 0)))
      OR (registered > m59 AND ((m >= 2 AND came_with & 16 = 0) OR (m = 1 AND came_with & 16 <> 0)))) AS excepted3,
    vi004 AND NOT achieved4 AND (has & 128 <> 0 OR (had & 352 = 256) OR coalesce(last_decline >= first_dose, false)
      OR (turns80 AND coalesce(last_dose = first_dose, false))) AS excepted4
  FROM cohort JOIN births USING (birth) LEFT JOIN recorded USING (pid)
),
counted AS (
  SELECT practice_code,
    count(*) FILTER (vi001) AS r1, count(*) FILTER (excepted1) AS e1, count(*) FILTER (achieved1) AS n1,
    count(*) FILTER (vi002) AS r2, count(*) FILTER (excepted2) AS e2, count(*) FILTER (achieved2) AS n2,
    count(*) FILTER (vi003) AS r3, count(*) FILTER (excepted3) AS e3, count(*) FILTER (achieved3) AS n3,
    count(*) FILTER (vi004) AS r4, count(*) FILTER (excepted4) AS e4, count(*) FILTER (achieved4) AS n4
  FROM judged GROUP BY practice_code
)
SELECT practice_code, i.indicator, i.register, 0 AS excluded, i.excepted, i.register - i.excepted AS denominator, i.numerator
FROM counted, unnest([
  {indicator: 'VI001', register: r1, excepted: e1, numerator: n1},
  {indicator: 'VI002', register: r2, excepted: e2, numerator: n2},
  {indicator: 'VI003', register: r3, excepted: e3, numerator: n3},
  {indicator: 'VI004', register: r4, excepted: e4, numerator: n4}]) AS t(i)
WHERE i.register > 0
ORDER BY ALL;

//! The limits of docs/limits.md: each is kept on both sides, and what lies beyond is refused in words, in little memory.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use uptake::ground::ConceptId;

use crate::tables::{EVENTS, PATIENTS, Ran, Rules};
use crate::uptake::{output, root};

fn check(rules: &Rules) -> Ran {
    Ran::of(output(["check", "--rules", rules.folder().to_str().unwrap()]))
}

/// A comment as long as a file is to be, so that only its size is odd.
fn fill(rules: &Rules, below: &str, bytes: usize) {
    let text = fs::read_to_string(rules.path(below)).unwrap();
    let line = format!("# {}\n", "x".repeat(97));
    let mut filled = text + &line.repeat(bytes / line.len());
    filled.truncate(bytes);
    fs::write(rules.path(below), filled).unwrap();
}

#[test]
fn a_rule_file_has_at_most_a_mebibyte() {
    for (file, code) in [("contract.toml", "E105"), ("indicators.rules", "E105")] {
        let below = format!("qof/2023-24/{file}");
        let rules = Rules::copy(&["qof/2023-24"]);
        fill(&rules, &below, 1 << 20);
        let ran = check(&rules);
        assert_eq!(ran.code, Some(0), "{file}\n{}", ran.stdout);
        rules.append(&below, "\n");
        let ran = check(&rules);
        assert_eq!(ran.code, Some(1), "{file}\n{}", ran.stdout);
        assert!(ran.stdout.contains("1048576 bytes") && ran.stdout.contains(code), "{file}\n{}", ran.stdout);
    }
}

#[test]
fn brackets_are_sixty_deep_at_most_and_sums_of_a_hundred_parts() {
    let (condition, sum) = ("at least 3 dtap before age 8 months", "payment p \"p\" for the practice\n  points = 1");
    let nested = |deep: usize| format!("{}{condition}{}", "(".repeat(deep), ")".repeat(deep));
    let long = |parts: usize| format!("\n{sum}{}\n", " + 1".repeat(parts - 1));
    let listed = |deep: usize| format!("\n[deep]\nlist = {}{}\n", "[".repeat(deep), "]".repeat(deep));
    for (most, is_over) in [(0, false), (1, true)] {
        let rules = Rules::copy(&["qof/2023-24"]);
        rules.edit("qof/2023-24/indicators.rules", condition, &nested(60 + most), 1);
        assert_eq!(check(&rules).stdout.contains("E106"), is_over, "{}", nested(60 + most));
        let rules = Rules::copy(&["qof/2023-24"]);
        rules.append("qof/2023-24/indicators.rules", &long(100 + most));
        assert_eq!(check(&rules).stdout.contains("E106"), is_over, "{}", long(100 + most));
        let rules = Rules::copy(&["qof/2023-24"]);
        rules.append("qof/2023-24/contract.toml", &listed(60 + most));
        assert_eq!(check(&rules).stdout.contains("E106"), is_over, "{}", listed(60 + most));
    }
}

#[test]
fn a_file_that_cannot_be_a_rule_file_is_not_read() {
    let rules = Rules::copy(&["qof/2023-24"]);
    let file = fs::File::create(rules.path("qof/2023-24/vast.rules")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    check(&rules).refused().says("vast.rules has 16777217 bytes; a rule file has at most 16777216");
    // One byte less is read, and found to be too long for a rulebook.
    fs::write(rules.path("qof/2023-24/vast.rules"), "#".repeat(16 << 20)).unwrap();
    let ran = check(&rules);
    assert!(ran.code == Some(1) && ran.stdout.contains("this one has 16777216"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn rule_files_lie_three_folders_deep_at_most() {
    let faulty = "title = 1\n";
    for (below, is_read) in [("qof/2023-24/codes/faulty.toml", true), ("qof/2023-24/codes/deeper/faulty.toml", false)] {
        let rules = Rules::copy(&["qof/2023-24"]);
        rules.append(below, faulty);
        let ran = check(&rules);
        assert_eq!(ran.stdout.contains("faulty.toml"), is_read, "{below}\n{}{}", ran.stdout, ran.stderr);
    }
}

/// Five clusters that have 65,535 codes together, and one code more.
#[test]
fn a_rulebook_counts_events_of_at_most_65535_codes() {
    let rules = Rules::copy(&[]);
    let base = root().join("tests/ui/base");
    fs::create_dir_all(rules.path("test/2023-24/codes")).unwrap();
    fs::copy(root().join("tests/ui/contract/sound.toml"), rules.path("test/2023-24/contract.toml")).unwrap();
    let text = fs::read_to_string(base.join("indicators.rules")).unwrap();
    fs::write(
        rules.path("test/2023-24/indicators.rules"),
        text.replace("any jab", "any c0 or any c1 or any c2 or any c3 or any c4"),
    )
    .unwrap();
    let mut codes = (1_000_001_u64..).filter_map(|number| {
        let with_check_digit = (0..10).filter_map(|digit| ConceptId::from_number(number * 1000 + 100 + digit));
        with_check_digit.into_iter().find(|code| code.fault().is_none())
    });
    let entry = |code: ConceptId| format!("{code} = {{ term = \"t\", source = \"s\" }}\n");
    for at in 0..5 {
        let codes: String = codes.by_ref().take(13_107).map(entry).collect();
        let cluster = format!("title = \"t\"\ncomplete = true\n[sources]\ns = \"s\"\n[codes]\n{codes}");
        fs::write(rules.path(&format!("test/2023-24/codes/c{at}.toml")), cluster).unwrap();
    }
    let ran = check(&rules);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    rules.append("test/2023-24/codes/c4.toml", &entry(codes.next().unwrap()));
    let ran = check(&rules);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("error[E208]") && ran.stdout.contains("more than 65535 codes"), "{}", ran.stdout);
}

#[test]
fn a_folder_of_more_than_twenty_thousand_files_is_no_rules_folder() {
    let rules = Rules::copy(&["qof/2023-24"]);
    let there = crate::tables::sources(rules.folder()).iter().count();
    fs::create_dir_all(rules.path("qof/2030-31")).unwrap();
    for at in there..20_000 {
        fs::write(rules.path(&format!("qof/2030-31/{at}.rules")), "").unwrap();
    }
    let show = || Ran::of(output(["show", "VI001", "--year", "2023-24", "--rules", rules.folder().to_str().unwrap()]));
    show().fine();
    fs::write(rules.path("qof/2030-31/more.rules"), "").unwrap();
    show().refused().says("more than 20000 rule files");
}

#[test]
fn a_sweep_and_a_curve_have_at_most_a_hundred_thousand_places() {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts.csv");
    fs::write(&counts, "practice_code,measure,numerator,denominator\nA,VI001,90,100\n").unwrap();
    let sweep = |to: u32| {
        let figure = format!("pounds_per_point=1..{to}:1");
        let words = ["sweep", "--year", "2023-24", "--format", "csv", "--figure", &figure, "--counts"];
        Ran::of(output(words.iter().chain(&[counts.to_str().unwrap()])))
    };
    assert_eq!(sweep(100_000).rows().len(), 100_000);
    sweep(100_001).refused().says("the grid has 100001 places; at most 100000 are swept");
    let curve = |people: &str| {
        let words = ["curve", "--years", "2023-24", "--measure", "VI001", "--format", "csv", "--cohort-size", people];
        Ran::of(output(words))
    };
    // From nobody to the last but one.
    assert_eq!(curve("99999").rows().len(), 2 * 100_000);
    curve("100000").refused().says("the curve would have more than 100000 places");
}

/// `run` over two tables, in as little address space as is enough for it to work.
fn run_in_memory(kibibytes: u64, patients: &Path, events: &Path) -> Output {
    let shell = format!("ulimit -v {kibibytes}; exec \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &shell, "small", env!("CARGO_BIN_EXE_uptake")]);
    command.args(["run", "--year", "2023-24", "--threads", "1", "--patients"]).arg(patients);
    // Each thread's pool of memory takes 64 MiB of addresses.
    command.arg("--events").arg(events).env("MALLOC_ARENA_MAX", "1").output().unwrap()
}

#[test]
fn a_record_of_csv_that_never_ends_is_refused_before_memory_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let (patients, events) = (folder.path().join("patients.csv"), folder.path().join("events.csv"));
    fs::write(&patients, format!("{PATIENTS}\n")).unwrap();
    let mut file = fs::File::create(&events).unwrap();
    write!(file, "{EVENTS}\nkid-1,2023-03-01,\"").unwrap();
    // A hole in the file reads as noughts: 4 GiB that take no room.
    file.set_len(4 << 30).unwrap();
    let ran = Ran::of(run_in_memory(700_000, &patients, &events)).refused();
    ran.says("events.csv` opens a quote at or after line 2 that is never closed");
}

const LONGEST: usize = 64 << 20;

#[test]
fn a_record_of_csv_has_at_most_64_mebibytes() {
    let folder = tempfile::tempdir().unwrap();
    let (patients, events) = (folder.path().join("patients.csv"), folder.path().join("events.csv"));
    fs::write(&patients, format!("{PATIENTS}\n")).unwrap();
    let (head, start) = (format!("{EVENTS},note\n"), "nobody,2023-03-01,312870000,");
    for (bytes, end) in [(LONGEST, "\n"), (LONGEST, ""), (LONGEST + 1, "\n"), (LONGEST + 1, "")] {
        let row = format!("{start}{}", "x".repeat(bytes - start.len()));
        fs::write(&events, format!("{head}{row}{end}")).unwrap();
        let ran = Ran::of(run_in_memory(900_000, &patients, &events));
        if bytes == LONGEST {
            ran.fine().says("an event of a patient who is not among the patients");
        } else {
            ran.refused().says("the row at line 2 of").says("is longer than 64 MiB");
        }
    }
}

#[test]
fn a_line_of_ndjson_has_at_most_64_mebibytes() {
    let folder = tempfile::tempdir().unwrap();
    let patient = "{\"resourceType\":\"Patient\",\"id\":\"1\",\"birthDate\":\"2020-01-01\"}\n";
    fs::write(folder.path().join("Patient.ndjson"), patient).unwrap();
    let (start, close) = ("{\"resourceType\":\"Immunization\",\"id\":\"1\",\"note\":\"", "\"}");
    for (bytes, end) in [(LONGEST, "\n"), (LONGEST + 1, "\n"), (LONGEST + 1, "")] {
        let line = format!("{start}{}{close}{end}", "x".repeat(bytes - start.len() - close.len()));
        fs::write(folder.path().join("Immunization.ndjson"), line).unwrap();
        let ran = Ran::of(output(["run", "--year", "2023-24", "--fhir", folder.path().to_str().unwrap()]));
        if bytes == LONGEST { ran.fine() } else { ran.refused() }.says(if bytes == LONGEST {
            "odd"
        } else {
            "line 1 of"
        });
    }
}

#[test]
fn json_may_be_nested_as_deeply_as_it_likes_where_nobody_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let patient = "{\"resourceType\":\"Patient\",\"id\":\"1\",\"birthDate\":\"2020-01-01\"}\n";
    fs::write(folder.path().join("Patient.ndjson"), patient).unwrap();
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let code = "\"vaccineCode\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"312870000\"}]}";
    for (member, said) in [("text", false), ("patient", true), ("vaccineCode", true)] {
        let code = if member == "vaccineCode" { String::new() } else { format!("{code},") };
        let line = format!(
            "{{\"resourceType\":\"Immunization\",\"id\":\"1\",{code}\"{member}\":{deep},\"status\":\"completed\"}}\n"
        );
        fs::write(folder.path().join("Immunization.ndjson"), line).unwrap();
        let ran = Ran::of(output(["run", "--year", "2023-24", "--fhir", folder.path().to_str().unwrap()])).fine();
        assert_eq!(ran.stderr.contains("is not of the type that FHIR R4 gives it"), said, "{member}: {}", ran.stderr);
    }
}

#[test]
fn a_line_of_ndjson_that_never_ends_is_refused_before_memory_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let patient = "{\"resourceType\":\"Patient\",\"id\":\"1\",\"birthDate\":\"2020-01-01\"}\n";
    fs::write(folder.path().join("Patient.ndjson"), patient).unwrap();
    let mut file = fs::File::create(folder.path().join("Immunization.ndjson")).unwrap();
    file.write_all(b"{\"resourceType\":\"Immunization\",\"id\":\"").unwrap();
    file.set_len(4 << 30).unwrap();
    let ran = Ran::of(output(["run", "--year", "2023-24", "--fhir", folder.path().to_str().unwrap()]));
    ran.refused().says("line 1 of").says("is longer than 64 MiB");
}

#[cfg(feature = "parquet")]
mod bombs {
    use std::path::PathBuf;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, DictionaryArray, RecordBatch, StringArray, types::Int32Type};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::{Compression, GzipLevel, ZstdLevel};
    use parquet::file::properties::WriterProperties;

    use super::*;

    /// How many rows a batch of equal ones has.
    const BATCH_ROWS: usize = 1 << 20;

    /// Columns of one value each.
    fn equal_rows(columns: &[(&str, &str)], rows: usize) -> RecordBatch {
        let column = |(name, value): &(&str, &str)| {
            let values: ArrayRef = if name.ends_with("_date") {
                Arc::new(Date32Array::from_value(19_500, rows))
            } else {
                let keys = arrow_array::Int32Array::from_value(0, rows);
                let values = StringArray::from(vec![*value]);
                Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values)).unwrap())
            };
            ((*name).to_owned(), values)
        };
        RecordBatch::try_from_iter(columns.iter().map(column)).unwrap()
    }

    /// A file of so many batches of the same rows, each column in one page.
    fn write(place: &Path, batch: &RecordBatch, times: usize, compression: Compression) -> u64 {
        let one_page = WriterProperties::builder()
            .set_compression(compression)
            .set_data_page_row_count_limit(usize::MAX)
            .set_data_page_size_limit(usize::MAX)
            .set_max_row_group_row_count(Some(usize::MAX))
            .build();
        let mut writer =
            ArrowWriter::try_new(fs::File::create(place).unwrap(), batch.schema(), Some(one_page)).unwrap();
        for _ in 0..times {
            writer.write(batch).unwrap();
        }
        writer.close().unwrap();
        fs::metadata(place).unwrap().len()
    }

    const PATIENT: [(&str, &str); 4] =
        [("patient_id", "1"), ("practice_code", "A1"), ("birth_date", ""), ("registered_date", "")];
    const EVENT: [(&str, &str); 3] = [("patient_id", "1"), ("event_date", ""), ("code", "312870000")];

    fn places(folder: &Path) -> (PathBuf, PathBuf) {
        (folder.join("patients.parquet"), folder.join("events.parquet"))
    }

    #[test]
    fn a_few_bytes_that_stand_for_tens_of_millions_of_rows_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (patients, events) = places(folder.path());
        write(&patients, &equal_rows(&PATIENT, 1), 1, Compression::UNCOMPRESSED);
        let bytes = write(&events, &equal_rows(&EVENT, BATCH_ROWS), 40, Compression::UNCOMPRESSED);
        assert!(bytes < 20_000, "{bytes}");
        let ran = Ran::of(run_in_memory(500_000, &patients, &events)).refused();
        ran.says("says that it holds 41943040 rows, which no table of records does");
        // As many as any file may hold are read.
        write(&events, &equal_rows(&EVENT, BATCH_ROWS), 1, Compression::UNCOMPRESSED);
        Ran::of(run_in_memory(500_000, &patients, &events)).fine();
        let two = write(&events, &equal_rows(&EVENT, BATCH_ROWS), 2, Compression::UNCOMPRESSED);
        assert!(two * 64 < 2 * BATCH_ROWS as u64);
        Ran::of(run_in_memory(500_000, &patients, &events)).refused().says("2097152 rows");
    }

    #[test]
    fn a_few_bytes_that_unpack_to_hundreds_of_megabytes_are_refused() {
        let zstd = Compression::ZSTD(ZstdLevel::try_new(3).unwrap());
        for compression in [zstd, Compression::GZIP(GzipLevel::try_new(6).unwrap())] {
            let folder = tempfile::tempdir().unwrap();
            let (patients, events) = places(folder.path());
            write(&patients, &equal_rows(&PATIENT, 1), 1, Compression::UNCOMPRESSED);
            let long = "0".repeat(300 << 20);
            let event = [("patient_id", long.as_str()), ("event_date", ""), ("code", "312870000")];
            let bytes = write(&events, &equal_rows(&event, 1), 1, compression);
            assert!(bytes < 1 << 20, "{bytes}");
            let ran = Ran::of(run_in_memory(250_000, &patients, &events)).refused();
            ran.says("bytes when unpacked, which no table of records does");
        }
    }

    /// Text that cannot be packed to less than three quarters.
    fn noise(bytes: usize) -> String {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'0' + (state >> 58) as u8)
        };
        (0..bytes).map(|_| next()).collect()
    }

    #[test]
    fn what_unpacks_to_64_mebibytes_or_a_hundred_times_its_size_is_read() {
        let zstd = Compression::ZSTD(ZstdLevel::try_new(1).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let (patients, events) = places(folder.path());
        write(&patients, &equal_rows(&PATIENT, 1), 1, Compression::UNCOMPRESSED);
        let noise = noise(1 << 20);
        let write_events = |noughts: usize, noise: &str| {
            let long = "0".repeat(noughts);
            let event = [("patient_id", long.as_str()), ("event_date", ""), ("code", "312870000"), ("note", noise)];
            let bytes = write(&events, &equal_rows(&event, 1), 1, zstd);
            let opened = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&events).unwrap()).unwrap();
            let columns = opened.metadata().row_groups().iter().flat_map(|group| group.columns());
            (bytes as i64, columns.map(|column| column.uncompressed_size()).sum::<i64>())
        };
        let of_any = 64 << 20;
        for (noughts, noise, is_read) in [
            (63 << 20, "", true),
            (65 << 20, "", false),
            (70 << 20, noise.as_str(), true),
            (90 << 20, noise.as_str(), false),
        ] {
            let (bytes, unpacked) = write_events(noughts, noise);
            assert_eq!(unpacked <= of_any.max(100 * bytes), is_read, "{noughts}: {unpacked} in {bytes}");
            assert_eq!(unpacked > of_any, !noise.is_empty() || !is_read, "{noughts}: {unpacked} in {bytes}");
            let ran = Ran::of(run_in_memory(900_000, &patients, &events));
            if is_read {
                ran.fine()
            } else {
                ran.refused()
            };
        }
    }

    #[test]
    fn an_honest_extract_packed_tightly_is_far_from_the_limits() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("demo");
        let words =
            ["demo", place.to_str().unwrap(), "--size", "20000", "--write-only", "--sorted", "--format", "parquet"];
        Ran::of(output(words)).fine();
        let (patients, events) = places(&place);
        for (name, file) in [("patients", &patients), ("events", &events)] {
            let bytes = fs::metadata(file).unwrap().len();
            let opened = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(file).unwrap()).unwrap();
            let groups = opened.metadata().row_groups();
            let rows: i64 = groups.iter().map(|group| group.num_rows()).sum();
            let unpacked: i64 =
                groups.iter().flat_map(|group| group.columns()).map(|column| column.uncompressed_size()).sum();
            assert!(rows as u64 * 8 < bytes * 64, "{name}: {rows} rows in {bytes} bytes");
            assert!(unpacked as u64 * 8 < bytes * 100, "{name}: {unpacked} bytes in {bytes}");
        }
    }
}

//! Files as Notepad, Excel and word processors save them.

use crate::check_books::Book;
use crate::tables::Ran;
use crate::uptake::output;

const FILES: [&str; 3] = ["indicators.rules", "contract.toml", "codes/jab.toml"];

fn utf_16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
}

/// Windows-1252 for the signs that are used here.
fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |sign: char| match sign {
        '£' => 0xa3,
        '“' => 0x93,
        '”' => 0x94,
        '’' => 0x92,
        _ => u8::try_from(sign).ok().filter(u8::is_ascii).unwrap_or_else(|| panic!("{sign}")),
    };
    text.chars().map(byte).collect()
}

#[test]
fn marks_line_ends_and_utf_16_are_no_faults() {
    for name in FILES {
        let book = Book::sound();
        let text = book.read(name).replace('\n', "\r\n");
        for bytes in [
            format!("\u{feff}{text}").into_bytes(),
            utf_16(&text, [0xff, 0xfe], u16::to_le_bytes),
            utf_16(&text, [0xfe, 0xff], u16::to_be_bytes),
        ] {
            book.write(name, bytes);
            assert_eq!(book.check(&[]).fine().stdout, "1 rulebook checked: no faults\n", "{name}");
        }
    }
}

#[test]
fn places_are_right_however_a_file_was_saved() {
    let book = Book::sound();
    book.edit("indicators.rules", "any jab", "any jba");
    let text = book.read("indicators.rules");
    let plain = book.check(&[]).stdout;
    assert!(plain.contains(" --> test/2023-24/indicators.rules:4:17\n"), "{plain}");
    for bytes in [
        format!("\u{feff}{text}").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        utf_16(&text, [0xff, 0xfe], u16::to_le_bytes),
    ] {
        book.write("indicators.rules", bytes);
        assert_eq!(book.check(&[]).stdout, plain);
    }
}

#[test]
fn windows_1252_works_and_is_told_with_its_characters() {
    let book = Book::sound();
    book.edit("contract.toml", "A rulebook to put faults into", "The clinic’s “own” rulebook");
    let text = book.read("contract.toml");
    book.write("contract.toml", windows_1252(&text));
    let ran = book.check(&[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let said = "warning[W107]: this file is not UTF-8; it was read as Windows-1252, which makes `’`, `“`, `”`, `£`\n --> test/2023-24/contract.toml:3:26\n";
    assert!(ran.stdout.starts_with(said), "{}", ran.stdout);
    assert!(ran.stdout.contains("help: save it as UTF-8, or let `uptake check --fix` do that"), "{}", ran.stdout);
    // The other rulebooks' files are none of this one's business.
    let mended = book.check(&["--fix"]).fine();
    assert!(
        mended.stdout.starts_with("test/2023-24/contract.toml: saved as UTF-8, was Windows-1252\n1 change\n"),
        "{}",
        mended.stdout
    );
    assert_eq!(book.read("contract.toml"), text);
}

#[test]
fn curly_quotes_of_windows_are_mended_in_one_go() {
    let book = Book::sound();
    let right = book.read("contract.toml");
    let wrong = right.replace("\"A rulebook to put faults into\"", "“A rulebook to put faults into”");
    book.write("contract.toml", windows_1252(&wrong));
    let ran = book.check(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains("error[E111]: a text stands in straight quotes here, found curly ones\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("help: write \"A rulebook to put faults into\"\n"), "{}", ran.stdout);
    assert_eq!(book.check(&["--fix"]).fine().stdout.matches("is now").count(), 1);
    assert_eq!(book.read("contract.toml"), right);
}

#[test]
fn a_file_in_utf_16_that_is_mended_becomes_utf_8() {
    let book = Book::sound();
    let right = book.read("indicators.rules");
    book.write(
        "indicators.rules",
        utf_16(&right.replace("< lower_threshold", "< lower_treshold"), [0xff, 0xfe], u16::to_le_bytes),
    );
    let ran = book.check(&["--fix"]).fine();
    assert!(
        ran.stdout.contains("test/2023-24/indicators.rules: saved as UTF-8, was UTF-16\n2 changes\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(book.read("indicators.rules"), right);
}

#[test]
fn other_commands_read_the_same_files() {
    let book = Book::sound();
    for name in FILES {
        let text = book.read(name);
        book.write(name, utf_16(&text, [0xff, 0xfe], u16::to_le_bytes));
    }
    let rules = book.rules();
    let ran = Ran::of(output(["test", "--rules", rules.to_str().unwrap()])).fine();
    assert_eq!(ran.stdout, "test/2023-24: 1 example passed\n");
}

#[test]
fn what_is_no_text_or_was_damaged_is_refused_by_name() {
    for (bytes, said) in [
        (&b"\x89PNG\r\n\x1a\n\0\0"[..], "is not UTF-8 text"),
        (b"\xff\xfeb", "is not UTF-8 text, nor the UTF-16 that its first two bytes promise"),
        (b"# \xc2\xa3\n# \xa3\n", "is not UTF-8 text: line 2 has bytes that are not, though others are"),
    ] {
        let book = Book::sound();
        book.write("contract.toml", bytes);
        book.check(&["--fix"]).refused().says("contract.toml ").says(said);
        assert_eq!(std::fs::read(book.path("contract.toml")).unwrap(), bytes);
    }
}

/// Slips of the pen and of the spreadsheet in a figure: each message says what to write.
#[test]
fn numbers_as_they_are_printed() {
    for (written, right) in [
        ("is = £10,06", "`10.06`"),
        ("is = 9,639", "`9639`"),
        ("is = \"9,639\"", "`is = 9639`"),
        ("is = \"£10.06\"", "`is = 10.06`"),
    ] {
        let book = Book::sound();
        book.edit("contract.toml", "rate = { is = 2,", &format!("rate = {{ {written},"));
        let ran = book.check(&[]);
        assert_eq!(ran.stdout.matches("error[").count(), 1, "{written}: {}", ran.stdout);
        assert!(ran.stdout.contains(&format!("help: write {right}")), "{written}: {}", ran.stdout);
    }
    let book = Book::sound();
    book.edit("contract.toml", "rate = { is = 2,", "rate = { is = 89 %,");
    let ran = book.check(&[]);
    assert!(ran.stdout.contains("`89 %` says one unit, and `unit` says another, `£ per point`"), "{}", ran.stdout);
    let book = Book::sound();
    book.edit("contract.toml", "rate = { is = 2,", "rate = { is = 1,2,3,");
    let ran = book.check(&[]);
    assert!(ran.stdout.contains("help: write digits and a point only, as in `9639` or `2.5`\n"), "{}", ran.stdout);
    let book = Book::sound();
    book.edit("indicators.rules", "points * rate", "points * 9,639 * rate");
    let ran = book.check(&[]);
    assert!(ran.stdout.contains("help: write `9639`\n"), "{}", ran.stdout);
}

#[test]
fn examples_are_checked_too() {
    let book = Book::sound();
    book.write(
        "examples.toml",
        "[[example]]\nname = \"x\"\nindicator = \"T4\"\nborn = 2022-06-15\nevents = []\nexpect = \"achieved\"\n",
    );
    let ran = book.check(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("error[E506]: there is no indicator `T4` in test/2023-24\n"), "{}", ran.stdout);
    // Of examples of a rulebook with errors, nothing is said: they may be right.
    book.edit("indicators.rules", "any jab", "any nothing");
    let ran = book.check(&[]);
    assert!(!ran.stdout.contains("E506") && ran.stdout.contains("E201"), "{}", ran.stdout);
}

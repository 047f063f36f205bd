//! Bytes to text, and text to records with their lines.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a file, and how its bytes were read: by its byte-order mark, else as UTF-8, else, where that cannot be,
/// as Windows writes it.
pub(super) fn decoded(bytes: &[u8]) -> (String, &'static str) {
    let unmarked = match bytes {
        // Text in UTF-16 without its mark: the first character is a Latin letter, so its other byte is nothing.
        [0, letter, ..] if *letter != 0 => UTF_16BE,
        [letter, 0, ..] if *letter != 0 => UTF_16LE,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        _ => WINDOWS_1252,
    };
    let encoding = Encoding::for_bom(bytes).map_or(unmarked, |(encoding, _)| encoding);
    let (text, encoding, _) = encoding.decode(bytes);
    (one_line_end(text), encoding.name())
}

/// Lines ending in one character only, so that lines can be counted.
fn one_line_end(text: Cow<'_, str>) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() }
}

/// The records of a text, each with the line on which it starts; blank lines are no records.
pub(super) fn records(text: &str, delimiter: u8) -> impl Iterator<Item = (u64, csv::StringRecord)> {
    let reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let (mut line, mut counted) = (1, 0);
    // Reading text from memory cannot fail: any number of cells is allowed, and the text is UTF-8.
    reader.into_records().map_while(Result::ok).map(move |record| {
        let start =
            record.position().map_or(counted, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let blank = text.get(start..).unwrap_or("").bytes().take_while(|&byte| byte == b'\n').count();
        let start = start.saturating_add(blank);
        line += text.get(counted..start).unwrap_or("").bytes().filter(|&byte| byte == b'\n').count() as u64;
        counted = start;
        (line, record)
    })
}

/// A cell without the white space around it, and with single spaces within.
pub(super) fn tidy(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! The bytes of a rule file as text, as editors and spreadsheets save it.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::ground::SavedAs;

/// A rule file's text, without the mark before it, and how it was saved.
pub(super) type Decoded = (String, SavedAs);

/// Why bytes are no text, with the way to mend that.
pub(super) struct NoText {
    /// `is not UTF-8 text`, with more where more is known.
    pub(super) what: String,
    /// What to do.
    pub(super) help: &'static str,
}

/// The text: by its byte order mark, else as UTF-8, else, where nothing speaks against it, as Windows-1252.
pub(super) fn decoded(bytes: Vec<u8>) -> Result<Decoded, NoText> {
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf_16(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => utf_16(UTF_16BE, rest),
        // The other byte of a Latin letter is nothing.
        [letter, 0, ..] | [0, letter, ..] if *letter != 0 && letter.is_ascii() => {
            let what = "is not UTF-8 text; it seems to be UTF-16 without the mark that says so".to_owned();
            Err(NoText { what, help: "save it again as UTF-8" })
        }
        _ => match String::from_utf8(bytes) {
            Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
                Some(unmarked) => (unmarked.to_owned(), SavedAs::MarkedUtf8),
                None => (text, SavedAs::Utf8),
            }),
            Err(error) => windows_1252(error.as_bytes()),
        },
    }
}

fn utf_16(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Result<Decoded, NoText> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !text.contains('\0') => Ok((text.into_owned(), SavedAs::Utf16)),
        Some(_) | None => {
            let what = "is not UTF-8 text, nor the UTF-16 that its first two bytes promise".to_owned();
            Err(NoText { what, help: "save it again as UTF-8" })
        }
    }
}

/// Text of one byte a character. What holds control characters is none, and bytes that are UTF-8 beside others that are
/// not were damaged: to guess at those would change what the rules say.
fn windows_1252(bytes: &[u8]) -> Result<Decoded, NoText> {
    let is_control = |sign: char| sign.is_control() && !matches!(sign, '\t' | '\n' | '\r');
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    if text.contains(is_control) {
        let help = if bytes.contains(&0) {
            "save it again as UTF-8, if it is a text at all"
        } else {
            "save it again as UTF-8"
        };
        return Err(NoText { what: "is not UTF-8 text".to_owned(), help });
    }
    let has_utf_8 = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    let is_cut_short = bytes.utf8_chunks().last().is_some_and(|chunk| chunk.invalid().len() > 1);
    if has_utf_8 || is_cut_short {
        let good = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        let line = bytes.iter().take(good).filter(|&&byte| byte == b'\n').count() + 1;
        let what = format!("is not UTF-8 text: line {line} has bytes that are not, though others are");
        return Err(NoText { what, help: "type the characters of that line anew, and save it again as UTF-8" });
    }
    Ok((text.into_owned(), SavedAs::Windows1252))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_as_editors_save_them() {
        let utf_16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain("£5\r\n".encode_utf16().flat_map(bytes)).collect()
        };
        for (bytes, text, saved_as) in [
            ("£5\r\n".as_bytes().to_vec(), "£5\r\n", SavedAs::Utf8),
            ("\u{feff}£5\r\n".as_bytes().to_vec(), "£5\r\n", SavedAs::MarkedUtf8),
            (utf_16([0xff, 0xfe], u16::to_le_bytes), "£5\r\n", SavedAs::Utf16),
            (utf_16([0xfe, 0xff], u16::to_be_bytes), "£5\r\n", SavedAs::Utf16),
            (b"\xa35 \x93now\x94\r\n".to_vec(), "£5 “now”\r\n", SavedAs::Windows1252),
        ] {
            let found = decoded(bytes).unwrap_or_else(|error| panic!("{text}: {}", error.what));
            assert_eq!(found, (text.to_owned(), saved_as));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, said) in [
            (&b"\xff\xfea"[..], "nor the UTF-16"),
            (b"a\0\xa3", "is not UTF-8 text"),
            (b"a\0b\0", "it seems to be UTF-16"),
            (b"\0a\0b", "it seems to be UTF-16"),
            (b"\x81abc", "is not UTF-8 text"),
            (b"one\ntwo \xc2\xa3 \xa3", "line 2 has bytes"),
            (b"cut short \xe2\x80", "line 1 has bytes"),
        ] {
            assert!(decoded(bytes.to_vec()).is_err_and(|error| error.what.contains(said)), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_text_or_refused(bytes in any::<Vec<u8>>()) {
            let _ = decoded(bytes);
        }
    }
}

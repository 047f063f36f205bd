//! Messages on stdin and stdout. One that cannot be read is passed over and complained of: the next may be sound.

use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use lsp_server::Message;

/// A message longer than this many bytes is taken for a mistake in its header.
const LONGEST_MESSAGE_BYTES: u64 = 64 << 20;

/// The longest line of a header that is kept.
const LONGEST_HEADER_BYTES: u64 = 4096;

/// What was read: a message, or why it is none.
pub(super) type Heard = Result<Message, String>;

/// Reads stdin in a thread of its own, so that it is known whether more is waiting.
pub(super) fn listen() -> Receiver<Heard> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(read)) = read(&mut input) {
            let is_exit = matches!(&read, Ok(Message::Notification(told)) if told.method == "exit");
            if sender.send(read).is_err() || is_exit {
                break;
            }
        }
    });
    receiver
}

/// Sends a message.
///
/// # Errors
/// Nobody listens any more.
pub(super) fn send(message: &Message) -> io::Result<()> {
    let mut out = io::stdout().lock();
    message.write(&mut out)?;
    out.flush()
}

/// The next message, or why what was read is none; None at the end.
fn read(input: &mut impl BufRead) -> io::Result<Option<Heard>> {
    let mut length = None;
    let mut has_header = false;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST_HEADER_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line).to_ascii_lowercase();
        // What is left of a message that was cut short may stand before a header on its line.
        if let Some((_, value)) = line.rsplit_once("content-length:") {
            length = value.trim().parse::<u64>().ok();
        }
        // Blank lines between messages are no harm.
        match line.trim().is_empty() {
            true if has_header => break,
            is_blank => has_header |= !is_blank,
        }
    }
    let Some(length) = length.filter(|length| *length <= LONGEST_MESSAGE_BYTES) else {
        return Ok(Some(Err("a message came without a length that can be".to_owned())));
    };
    let mut content = Vec::new();
    if input.by_ref().take(length).read_to_end(&mut content)? as u64 != length {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&content).map_err(|error| format!("a message cannot be understood: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read: methods, and `?` for what is no message.
    fn methods(mut input: &[u8]) -> Vec<String> {
        let next = || read(&mut input).unwrap();
        let method = |read: Heard| match read {
            Ok(Message::Notification(told)) => told.method,
            Ok(other) => format!("{other:?}"),
            Err(_) => "?".to_owned(),
        };
        std::iter::from_fn(next).map(method).collect()
    }

    fn framed(content: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{content}", content.len())
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        let [a, b] = ["a", "b"].map(|method| framed(&format!("{{\"method\":\"{method}\"}}")));
        assert_eq!(methods(format!("{a}{b}").as_bytes()), ["a", "b"]);
        for wrong in ["{", "", "[]", "{\"method\":1}", "\u{0}"] {
            assert_eq!(methods(format!("{a}{}{b}", framed(wrong)).as_bytes()), ["a", "?", "b"], "{wrong}");
        }
        for wrong in ["Nonsense\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: 99999999999999999\r\n\r\n"] {
            assert_eq!(methods(format!("{a}{wrong}{b}").as_bytes()), ["a", "?", "b"], "{wrong}");
        }
        // Longer than it said: the rest stands before the next header.
        let short = "Content-Length: 2\r\n\r\n{}abc";
        assert_eq!(methods(format!("{a}{short}{b}").as_bytes()), ["a", "?", "b"]);
        assert_eq!(methods(format!("{a}\r\n\r\n{b}").as_bytes()), ["a", "b"]);
        // Cut off in the middle.
        assert_eq!(methods(&a.as_bytes()[..a.len() - 3]), Vec::<String>::new());
        let bytes = [&b"Content-Length: 1\r\n\r\n\xff"[..], a.as_bytes()].concat();
        assert_eq!(methods(&bytes), ["?", "a"]);
    }
}

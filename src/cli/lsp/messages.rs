//! What editor and server tell one another without being asked.

use lsp_server::{Message, Notification};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument,
    LogMessage, Notification as _, PublishDiagnostics,
};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, LogMessageParams, MessageType, PublishDiagnosticsParams, Uri,
};

/// What the editor says of a file.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// It holds this text now, saved or not: it was opened or edited.
    Text {
        /// The file, in the editor's spelling.
        uri: Uri,
        /// The editor's count of changes.
        version: i32,
        /// The whole text.
        text: String,
    },
    /// It was closed: what is saved counts again.
    Closed(Uri),
    /// It was saved, so that other files may have changed too.
    Saved(Uri),
    /// Files changed outside the editor.
    Changed,
}

impl Told {
    /// Reads a notification; None for one that says nothing of files.
    pub(super) fn of(notification: Notification) -> serde_json::Result<Option<Told>> {
        let Notification { method, params } = notification;
        Ok(match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let file = serde_json::from_value::<DidOpenTextDocumentParams>(params)?.text_document;
                Some(Told::Text { uri: file.uri, version: file.version, text: file.text })
            }
            DidChangeTextDocument::METHOD => {
                let change = serde_json::from_value::<DidChangeTextDocumentParams>(params)?;
                let (uri, version) = (change.text_document.uri, change.text_document.version);
                // Each change holds the whole text, as the server asked for, so that the last one counts.
                let last = change.content_changes.into_iter().last();
                last.map(|last| Told::Text { uri, version, text: last.text })
            }
            DidCloseTextDocument::METHOD => {
                let closed = serde_json::from_value::<DidCloseTextDocumentParams>(params)?;
                Some(Told::Closed(closed.text_document.uri))
            }
            DidSaveTextDocument::METHOD => {
                let saved = serde_json::from_value::<DidSaveTextDocumentParams>(params)?;
                Some(Told::Saved(saved.text_document.uri))
            }
            DidChangeWatchedFiles::METHOD => Some(Told::Changed),
            _ => None,
        })
    }
}

/// Tells the editor the faults of a file, which replace those it was told before.
pub(super) fn faults(uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) -> Message {
    let params = PublishDiagnosticsParams { uri, diagnostics, version };
    Notification::new(PublishDiagnostics::METHOD.to_owned(), params).into()
}

/// Tells the editor what went wrong, for its log.
pub(super) fn complaint(words: &str) -> Message {
    let params = LogMessageParams { typ: MessageType::ERROR, message: words.to_owned() };
    Notification::new(LogMessage::METHOD.to_owned(), params).into()
}

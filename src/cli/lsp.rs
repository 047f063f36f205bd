//! `uptake lsp`: the language server, over stdin and stdout. It answers one message after another: a rulebook is small
//! enough to be checked anew at each keystroke.

mod faults;
mod folder;
mod hover;
mod messages;
mod places;
mod workspace;

use std::path::Path;

use clap::Args;
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, Response};
use lsp_types::request::{HoverRequest, Request as _, Shutdown};
use lsp_types::{HoverParams, HoverProviderCapability, ServerCapabilities};
use lsp_types::{TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions};
use serde_json::json;

use crate::cli::lsp::messages::Told;
use crate::cli::lsp::workspace::Workspace;
use crate::cli::{CliError, Done};

/// Arguments of `uptake lsp`.
#[derive(Args, Debug)]
pub(super) struct LspArguments {
    /// Talk over stdin and stdout, which it always does: some editors say so
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn lsp(_: &LspArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (connection, threads) = Connection::stdio();
    let done = serve(&connection, rules)?;
    // The threads end when nobody can send any more.
    drop(connection);
    threads.join().map_err(|error| CliError::usage(format!("the editor cannot be understood: {error}")))?;
    Ok(done)
}

/// Answers until the editor leaves.
fn serve(connection: &Connection, rules: Option<&Path>) -> Result<Done, CliError> {
    let (id, _) = connection.initialize_start().map_err(broken_off)?;
    let server = json!({ "name": "uptake", "version": env!("CARGO_PKG_VERSION") });
    let result = json!({ "capabilities": capabilities(), "serverInfo": server });
    connection.initialize_finish(id, result).map_err(broken_off)?;
    let mut workspace = Workspace::new(rules);
    let mut is_shut_down = false;
    for message in &connection.receiver {
        let answers = match message {
            Message::Request(request) if is_shut_down => {
                let words = "the server was shut down".to_owned();
                vec![Response::new_err(request.id, ErrorCode::InvalidRequest as i32, words).into()]
            }
            Message::Request(request) => {
                is_shut_down = request.method == Shutdown::METHOD;
                vec![answer(&workspace, request).into()]
            }
            Message::Notification(notification) if notification.method == "exit" => {
                // The protocol wants exit code 1 of a server that was not told to shut down first.
                return Ok(if is_shut_down { Done::Well } else { Done::CheckFailed });
            }
            Message::Notification(notification) => hear(&mut workspace, notification),
            Message::Response(_) => Vec::new(),
        };
        for answer in answers {
            if connection.sender.send(answer).is_err() {
                return Ok(Done::Well);
            }
        }
    }
    Ok(Done::Well)
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(true.into()),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        ..ServerCapabilities::default()
    }
}

fn answer(workspace: &Workspace, request: Request) -> Response {
    let Request { id, method, params } = request;
    match method.as_str() {
        Shutdown::METHOD => Response::new_ok(id, ()),
        HoverRequest::METHOD => match serde_json::from_value::<HoverParams>(params) {
            Ok(params) => Response::new_ok(id, workspace.hover(&params.text_document_position_params)),
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
        },
        other => Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("there is no method {other}")),
    }
}

/// Takes note of what the editor says of a file, and gives what it is to be told.
fn hear(workspace: &mut Workspace, notification: Notification) -> Vec<Message> {
    match Told::of(notification) {
        Ok(Some(told)) => workspace.hear(told).unwrap_or_else(|error| vec![messages::complaint(&error.to_string())]),
        Ok(None) => Vec::new(),
        Err(error) => vec![messages::complaint(&error.to_string())],
    }
}

fn broken_off(error: ProtocolError) -> CliError {
    CliError::usage(format!("the editor broke off: {error}"))
        .help("this command is started by an editor, and talks the language server protocol")
}

//! `uptake lsp`: the language server, over stdin and stdout. It answers one message after another: a rulebook is small
//! enough to be checked anew at each keystroke.

mod ages;
mod completion;
mod faults;
mod files;
mod fixes;
mod folder;
mod hover;
mod keywords;
mod layout;
mod mentions;
mod messages;
mod navigation;
mod places;
mod rename;
mod requests;
mod symbols;
mod transport;
mod workspace;

use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError};

use clap::Args;
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::request::{Initialize, Request as _, Shutdown};
use serde_json::json;

use crate::cli::lsp::messages::Told;
use crate::cli::lsp::transport::Heard;
use crate::cli::lsp::workspace::Workspace;
use crate::cli::{CliError, Done};

/// Arguments of `uptake lsp`.
#[derive(Args, Debug)]
pub(super) struct LspArguments {
    /// Talk over stdin and stdout, which it always does: some editors say so
    #[arg(long, hide = true)]
    stdio: bool,

    /// The editor's process, which some editors name
    #[arg(long = "clientProcessId", value_name = "ID", hide = true)]
    client_process_id: Option<u32>,
}

pub(super) fn lsp(_: &LspArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let mut server = Server { workspace: Workspace::new(rules), state: State::Waiting };
    let heard = transport::listen();
    while let Some(heard) = server.next(&heard) {
        let answers = match heard {
            Ok(Message::Notification(told)) if told.method == "exit" => {
                // The protocol wants exit code 1 of a server that was not told to shut down first.
                return Ok(if server.state == State::ShutDown { Done::Well } else { Done::CheckFailed });
            }
            Ok(message) => server.answer(message),
            Err(error) => vec![messages::complaint(&error)],
        };
        if !sent(&answers) {
            break;
        }
    }
    match server.state {
        State::Waiting => Err(CliError::usage("the editor broke off before it said hello")
            .help("this command is started by an editor, and talks the language server protocol")),
        State::Serving | State::ShutDown => Ok(Done::Well),
    }
}

/// False if nobody listens any more.
fn sent(messages: &[Message]) -> bool {
    messages.iter().all(|message| transport::send(message).is_ok())
}

/// How far the conversation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// The editor has not said hello yet.
    Waiting,
    Serving,
    ShutDown,
}

struct Server {
    workspace: Workspace,
    state: State,
}

impl Server {
    /// The next thing that the editor says. What changed is checked when it has nothing more to say for now, so that a
    /// fast typist is not answered key by key; and one rulebook at a time, so that what is typed in is answered before the
    /// rulebooks that read its results.
    fn next(&mut self, heard: &Receiver<Heard>) -> Option<Heard> {
        loop {
            match heard.try_recv() {
                Ok(heard) => return Some(heard),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => match self.workspace.check_next() {
                    None => return heard.recv().ok(),
                    Some(faults) if sent(&faults) => {}
                    Some(_) => return None,
                },
            }
        }
    }

    fn answer(&mut self, message: Message) -> Vec<Message> {
        match message {
            Message::Request(request) => match (self.state, request.method.as_str()) {
                (State::Waiting, Initialize::METHOD) => {
                    self.state = State::Serving;
                    let server = json!({ "name": "uptake", "version": env!("CARGO_PKG_VERSION") });
                    let hello = json!({ "capabilities": requests::capabilities(), "serverInfo": server });
                    vec![Response::new_ok(request.id, hello).into()]
                }
                (State::Waiting, _) => refused(request, ErrorCode::ServerNotInitialized, "nobody said hello yet"),
                (State::Serving, Initialize::METHOD) => {
                    refused(request, ErrorCode::InvalidRequest, "the server was started before")
                }
                (State::Serving, Shutdown::METHOD) => {
                    self.state = State::ShutDown;
                    let mut answers: Vec<Message> = Vec::new();
                    while let Some(faults) = self.workspace.check_next() {
                        answers.extend(faults);
                    }
                    answers.push(Response::new_ok(request.id, ()).into());
                    answers
                }
                (State::Serving, _) => vec![requests::answer(&self.workspace, request).into()],
                (State::ShutDown, _) => refused(request, ErrorCode::InvalidRequest, "the server was shut down"),
            },
            Message::Notification(notification) if self.state == State::Serving => self.hear(notification),
            Message::Notification(_) | Message::Response(_) => Vec::new(),
        }
    }

    /// Takes note of what the editor says of a file, and gives what it is to be told at once.
    fn hear(&mut self, notification: Notification) -> Vec<Message> {
        match Told::of(notification) {
            Ok(Some(told)) => {
                self.workspace.hear(told).unwrap_or_else(|error| vec![messages::complaint(&error.to_string())])
            }
            Ok(None) => Vec::new(),
            Err(error) => vec![messages::complaint(&error.to_string())],
        }
    }
}

fn refused(request: Request, code: ErrorCode, why: &str) -> Vec<Message> {
    vec![Response::new_err(request.id, code as i32, why.to_owned()).into()]
}

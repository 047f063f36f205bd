//! What an editor may ask, and who answers.

use lsp_server::{ErrorCode, Request, RequestId, Response};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition, HoverRequest,
    PrepareRenameRequest, References, Rename, Request as Method, WorkspaceSymbolRequest,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, CompletionResponse,
    DocumentSymbolResponse, GotoDefinitionResponse, HoverProviderCapability, OneOf, Position, RenameOptions,
    ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, Uri, WorkspaceSymbolResponse,
};

use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::workspace::Workspace;
use crate::cli::lsp::{completion, fixes, hover, layout, navigation, rename, symbols};

/// What the editor is told that it may ask.
pub(super) fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(true.into()),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", "\"", "["].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

/// Answers a request.
pub(super) fn answer(workspace: &Workspace, request: Request) -> Response {
    let Request { id, method, params } = request;
    let asked = Asked { workspace, id, params };
    match method.as_str() {
        HoverRequest::METHOD => asked.at::<HoverRequest>(|params| params.text_document_position_params, hover::hover),
        Completion::METHOD => asked.at::<Completion>(
            |params| params.text_document_position,
            |folder, below, at| Some(CompletionResponse::Array(completion::items(folder, below, at))),
        ),
        GotoDefinition::METHOD => asked.at::<GotoDefinition>(
            |params| params.text_document_position_params,
            |folder, below, at| navigation::definition(folder, below, at).map(GotoDefinitionResponse::Array),
        ),
        References::METHOD => asked.of_file::<References>(|params| {
            let (at, with) = (params.text_document_position, params.context.include_declaration);
            let uri = at.text_document.uri;
            (uri, Box::new(move |folder, below| Ok(navigation::references(folder, below, at.position, with))))
        }),
        PrepareRenameRequest::METHOD => asked.of_file::<PrepareRenameRequest>(|params| {
            let uri = params.text_document.uri;
            (uri, Box::new(move |folder, below| rename::prepare(folder, below, params.position).map(Some)))
        }),
        Rename::METHOD => asked.of_file::<Rename>(|params| {
            let (at, new) = (params.text_document_position, params.new_name);
            let uri = at.text_document.uri;
            (uri, Box::new(move |folder, below| rename::rename(folder, below, at.position, &new).map(Some)))
        }),
        DocumentSymbolRequest::METHOD => asked.of_file::<DocumentSymbolRequest>(|params| {
            let symbols = |below: &str, folder: &Folder| symbols::of_file(folder, below);
            let uri = params.text_document.uri;
            (uri, Box::new(move |folder, below| Ok(symbols(below, folder).map(DocumentSymbolResponse::Nested))))
        }),
        CodeActionRequest::METHOD => asked.of_file::<CodeActionRequest>(|params| {
            let (uri, range) = (params.text_document.uri, params.range);
            (uri, Box::new(move |folder, below| Ok(Some(fixes::actions(folder, below, range)))))
        }),
        Formatting::METHOD => asked.of_file::<Formatting>(|params| {
            let edits = |folder: &Folder, below: &str| folder.file(below).map(|(_, text)| layout::edits(below, text));
            (params.text_document.uri, Box::new(move |folder, below| Ok(edits(folder, below))))
        }),
        WorkspaceSymbolRequest::METHOD => asked.of_all::<WorkspaceSymbolRequest>(|workspace, params| {
            let found = workspace.folders().flat_map(|folder| symbols::of_folder(folder, &params.query));
            Some(WorkspaceSymbolResponse::Nested(found.collect()))
        }),
        other => {
            let words = format!("there is no method {other}");
            Response::new_err(asked.id, ErrorCode::MethodNotFound as i32, words)
        }
    }
}

/// A request whose parameters were not read yet.
struct Asked<'w> {
    workspace: &'w Workspace,
    id: RequestId,
    params: serde_json::Value,
}

/// What answers a question on a file: the answer, or why there is none.
type Answerer<R> = Box<dyn FnOnce(&Folder, &str) -> Result<R, String>>;

impl Asked<'_> {
    /// Answers a question on a place.
    fn at<M: Method>(
        self,
        place: impl FnOnce(M::Params) -> TextDocumentPositionParams,
        answer: impl FnOnce(&Folder, &str, Position) -> M::Result + 'static,
    ) -> Response
    where
        M::Result: Default,
    {
        self.of_file::<M>(|params| {
            let TextDocumentPositionParams { text_document, position } = place(params);
            (text_document.uri, Box::new(move |folder, below| Ok(answer(folder, below, position))))
        })
    }

    /// Answers a question on a file; one that lies in no rules folder has no answer.
    fn of_file<M: Method>(self, read: impl FnOnce(M::Params) -> (Uri, Answerer<M::Result>)) -> Response
    where
        M::Result: Default,
    {
        let (uri, answerer) = match serde_json::from_value::<M::Params>(self.params) {
            Ok(params) => read(params),
            Err(error) => return invalid(self.id, &error),
        };
        let answered = match self.workspace.find(&uri) {
            Some((folder, below)) => answerer(folder, &below),
            None => Ok(M::Result::default()),
        };
        match answered {
            Ok(result) => Response::new_ok(self.id, result),
            Err(why) => Response::new_err(self.id, ErrorCode::RequestFailed as i32, why),
        }
    }

    /// Answers a question on everything that is open.
    fn of_all<M: Method>(self, answer: impl FnOnce(&Workspace, M::Params) -> M::Result) -> Response {
        match serde_json::from_value::<M::Params>(self.params) {
            Ok(params) => Response::new_ok(self.id, answer(self.workspace, params)),
            Err(error) => invalid(self.id, &error),
        }
    }
}

fn invalid(id: RequestId, error: &serde_json::Error) -> Response {
    Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string())
}

// Starts `uptake lsp` and lets it speak with the editor. All that is known of rules is known there.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function activate() {
  const command = workspace.getConfiguration().get("uptake.command");
  const server = { command, args: ["lsp"] };
  const documents = [
    { scheme: "file", language: "uptake" },
    // The server leaves alone what is not in a rulebook or among code clusters.
    { scheme: "file", pattern: "**/*.toml" },
  ];
  const watcher = workspace.createFileSystemWatcher("**/*.{rules,toml}");
  client = new LanguageClient("uptake", "uptake", server, {
    documentSelector: documents,
    synchronize: { fileEvents: watcher },
  });
  return client.start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };

"use strict";

// Starts `invoicer lsp` and lets it answer for all terms files.
const { workspace, window } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

async function activate(context) {
  const [command, ...args] = workspace.getConfiguration("invoicer").get("command");
  const watched = ["**/*.terms", "**/invoicer.toml", "**/customers.csv"].map((glob) =>
    workspace.createFileSystemWatcher(glob),
  );
  context.subscriptions.push(...watched);
  client = new LanguageClient(
    "invoicer",
    "invoicer",
    { command, args, transport: TransportKind.stdio },
    {
      documentSelector: [
        { scheme: "file", language: "terms" },
        { scheme: "untitled", language: "terms" },
      ],
      synchronize: { fileEvents: watched },
    },
  );
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(
      `invoicer: the language server did not start (${error.message}). Set invoicer.command to the program's full path.`,
    );
  }
}

async function deactivate() {
  await client?.stop();
}

module.exports = { activate, deactivate };

package dev.meltemi.cli;

/// How a command writes its data. Notes and progress always go to stderr, so that stdout parses.
enum OutputFormat {
    table,
    wide,
    json,
    yaml,
    name,
    jsonl
}

package dev.meltemi.cli;

import dev.meltemi.resources.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One document and where it was found.
///
/// @param file as the person named it, `-` for standard input
/// @param firstLine of the document in the file, from 1
record SourceDocument(String file, int firstLine, String text) {
    /// Reads files, folders (their *.yaml, *.yml and *.json, by name, and below) or `-`.
    ///
    /// @throws CommandFailure when something can't be read or holds no document
    static List<SourceDocument> read(List<String> names, InputStream in) {
        var documents = new ArrayList<SourceDocument>();
        try {
            for (String name : names) {
                if (name.equals("-")) {
                    split(name, in.readAllBytes(), documents);
                } else {
                    for (Path file : files(Path.of(name))) {
                        split(file.toString(), Files.readAllBytes(file), documents);
                    }
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.DATA, "can't read " + e.getMessage(), e);
        }
        if (documents.isEmpty()) {
            throw new CommandFailure(ExitCode.DATA, "no document in " + String.join(", ", names));
        }
        return documents;
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            if (!Files.isReadable(path)) {
                throw new CommandFailure(
                        ExitCode.DATA,
                        "can't read " + path + ": " + (Files.exists(path) ? "permission denied" : "no such file"));
            }
            return List.of(path);
        }
        try (var below = Files.walk(path)) {
            return below.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName()
                            .toString()
                            .toLowerCase(Locale.ROOT)
                            .matches(".*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
        }
    }

    private static void split(String file, byte[] bytes, List<SourceDocument> into) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CommandFailure(ExitCode.DATA, file + " is not UTF-8 text: " + e.getMessage(), e);
        }
        for (var document : Documents.split(text)) {
            into.add(new SourceDocument(file, document.firstLine(), document.text()));
        }
    }

    /// `reviews.yaml:17:9`, for a line within the document.
    String at(int line, int column) {
        return file + ":" + (firstLine + line - 1) + ":" + column;
    }
}

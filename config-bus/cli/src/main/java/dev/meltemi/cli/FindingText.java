package dev.meltemi.cli;

import dev.meltemi.resources.Finding;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ResourceKey;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/// Findings as istioctl prints them, with the column and what to do next:
/// `Error [IST0106] (VirtualService default/reviews reviews.yaml:17:9) unknown field "rute" …`.
final class FindingText {
    private FindingText() {}

    static void print(PrintWriter out, JudgedDocument judged) {
        SourceDocument source = judged.source();
        String title = judged.key()
                .map(key -> key.kind() + " " + key.qualifiedName())
                .orElseGet(() ->
                        DocumentTree.of(source.text()).map(DocumentTree::title).orElse("document"));
        for (Finding finding : judged.findings()) {
            print(out, title, source.at(finding.at().line(), finding.at().column()), finding);
        }
        for (String feature : judged.notInForce()) {
            out.println(line("INFO", "MESH0100", title, source.at(1, 1), "accepted, not in force: " + feature));
        }
    }

    /// @param title `VirtualService default/reviews`
    /// @param at `reviews.yaml:17:9`
    static void print(PrintWriter out, String title, String at, Finding finding) {
        out.println(line(finding.level().name(), finding.code(), title, at, finding.text()));
        finding.hint().ifPresent(hint -> out.println("  hint: " + hint));
    }

    /// What admission said, of a document that this machine had accepted.
    static void print(PrintWriter out, SourceDocument source, ResourceKey key, ConfigStatus status) {
        String title = key.kind() + " " + key.qualifiedName();
        for (var message : status.messages()) {
            String at = source.at(Math.max(1, message.line()), Math.max(1, message.col()));
            out.println(line(message.level(), message.code(), title, at, message.text()));
            if (message.hint() != null) {
                out.println("  hint: " + message.hint());
            }
        }
    }

    private static String line(String level, String code, String title, String at, String text) {
        String word = word(level);
        String style = word.equals("Error") ? "@|bold,red " : word.equals("Warning") ? "@|yellow " : "@|faint ";
        return Ansi.AUTO.string(style + word + "|@") + " [" + code + "] (" + title + " " + at + ") " + text;
    }

    /// `Error` of `ERROR`
    static String word(String level) {
        return level.charAt(0) + level.substring(1).toLowerCase(Locale.ROOT);
    }
}

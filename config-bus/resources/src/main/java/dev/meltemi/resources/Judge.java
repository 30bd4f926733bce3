package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import dev.meltemi.resources.yaml.MalformedText;
import dev.meltemi.resources.yaml.YamlText;
import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// The steps from text to verdict, each taken only when the one before found nothing: syntax, kind, shape, name and
/// key, the kind's own rules.
final class Judge {
    private Judge() {}

    static Verdict judge(String text, Optional<ResourceKey> key) {
        try {
            return judge(Part.root(YamlText.read(text)), key);
        } catch (MalformedText e) {
            return malformed(e);
        } catch (RuntimeException e) {
            // A document must never stop the one who judges it; the text is kept by the caller for us to mend this.
            return new Verdict.Rejected(List.of(Finding.error(
                    Code.MESH0199,
                    Position.START,
                    "judging this document failed: " + e,
                    "please report it with the document")));
        }
    }

    private static Verdict judge(Part document, Optional<ResourceKey> key) {
        var report = new Report();
        Optional<Kind> found = Kinds.of(document, report);
        if (found.isEmpty()) {
            return report.rejected();
        }
        Kind kind = found.get();
        shape(kind).check(document, report);
        if (report.hasErrors()) {
            return report.rejected();
        }
        Metadata metadata =
                Metadata.read(document, kind, key.map(ResourceKey::namespace).orElse("default"));
        metadata.check(document, kind, report);
        key.ifPresent(given -> compare(given, metadata.key(), document, report));
        Part spec = document.at("spec");
        kind.check().check(spec, metadata, report);
        return report.hasErrors()
                ? report.rejected()
                : report.accepted(kind.reader().read(spec, metadata));
    }

    private static Struct shape(Kind kind) {
        Struct top = struct().required("apiVersion", text())
                .required("kind", text())
                .required("metadata", Metadata.SHAPE)
                .field("status", freeForm());
        return kind.needsSpec() ? top.required("spec", kind.spec()) : top.field("spec", kind.spec());
    }

    private static void compare(ResourceKey given, ResourceKey own, Part document, Report report) {
        if (!given.equals(own)) {
            report.error(
                    Code.MESH0103,
                    document.at("metadata"),
                    "the record's key is " + given + ", but the document is " + own,
                    "publish it with the key " + own);
        }
    }

    private static Verdict malformed(MalformedText e) {
        var at = new Position(e.line(), e.column());
        Finding finding = switch (e.reason()) {
            case SYNTAX -> Finding.error(Code.MESH0101, at, e.why(), "check quotes and indentation around this place");
            case EMPTY ->
                Finding.error(Code.MESH0101, at, e.why(), "to delete a rule: meltemi delete, or a null value");
            case SEVERAL_DOCUMENTS ->
                Finding.error(
                        Code.MESH0104,
                        at,
                        e.why() + ", but a key holds one",
                        "meltemi apply -f splits a file into its documents");
            case OUT_OF_BOUNDS ->
                Finding.error(Code.MESH0105, at, e.why(), "split the document into several resources");
        };
        return new Verdict.Rejected(List.of(finding));
    }
}

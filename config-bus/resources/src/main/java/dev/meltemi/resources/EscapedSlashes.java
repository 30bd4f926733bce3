package dev.meltemi.resources;

import dev.meltemi.resources.shape.FieldSupport;
import dev.meltemi.resources.shape.Part;
import java.util.List;

/// What a MeshConfig can say of `%2F` and `%5C` in paths in an annotation, because Istio's API has no word for it:
/// Envoy's `path_with_escaped_slashes_action`.
final class EscapedSlashes {
    private static final String ANNOTATION = "meltemi.dev/path-with-escaped-slashes";
    private static final String KEPT = "KEEP_UNCHANGED";

    private static final List<String> WORDS =
            List.of(KEPT, "REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD");

    static final List<FieldSupport> SUPPORT = List.of(new FieldSupport(
            "metadata.annotations." + ANNOTATION,
            FieldSupport.State.IN_FORCE,
            "an extension: what becomes of %2F and %5C in paths, in Envoy's words " + String.join(", ", WORDS)));

    private EscapedSlashes() {}

    static void check(Part spec, Metadata metadata, Report report) {
        if (!WORDS.contains(read(metadata))) {
            report.error(
                    spec,
                    "the annotation " + ANNOTATION + " is \"" + read(metadata) + "\": expected one of "
                            + String.join(", ", WORDS),
                    null);
        }
    }

    static String read(Metadata metadata) {
        return metadata.annotations().getOrDefault(ANNOTATION, KEPT);
    }
}

package dev.meltemi.resources;

import dev.meltemi.resources.shape.FieldSupport;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// All that is to know about one kind of document.
///
/// @param group of the apiVersion, empty for core kinds
/// @param spec the shape of `spec`
/// @param needsSpec `spec` can't be left out
/// @param check what the shape can't say; runs only on a document that has its shape
/// @param reader runs only on a document without errors
/// @param annotations of ours that say what the kind's own fields have no words for
/// @param nothingInForce why documents of this kind do nothing, and what a person can do; empty for one that acts
record Kind(
        String group,
        String name,
        List<String> versions,
        Struct spec,
        boolean needsSpec,
        Check check,
        Reader reader,
        List<FieldSupport> annotations,
        String nothingInForce) {
    /// A kind that acts.
    Kind(String group, String name, List<String> versions, Struct spec, boolean needsSpec, Check check, Reader reader) {
        this(group, name, versions, spec, needsSpec, check, reader, List.of(), "");
    }

    @FunctionalInterface
    interface Check {
        void check(Part spec, Metadata metadata, Report report);
    }

    @FunctionalInterface
    interface Reader {
        Resource read(Part spec, Metadata metadata);
    }

    /// A kind that is judged in full and then does nothing.
    ///
    /// @param reason why, and what a person can do
    static Kind opaque(String group, String name, List<String> versions, Struct spec, Check check, String reason) {
        return new Kind(
                        group,
                        name,
                        versions,
                        spec,
                        false,
                        check,
                        (part, metadata) -> new Opaque(metadata.key(), metadata.apiVersion()))
                .notYet(reason);
    }

    /// The same kind, of which nothing is in force.
    ///
    /// @param reason why, and what a person can do
    Kind notYet(String reason) {
        Check sayingSo = (part, metadata, report) -> {
            check.check(part, metadata, report);
            report.nothingInForce(part, reason);
        };
        return new Kind(group, name, versions, spec, needsSpec, sayingSo, reader, annotations, reason);
    }

    Kind withAnnotations(List<FieldSupport> ours) {
        return new Kind(group, name, versions, spec, needsSpec, check, reader, ours, nothingInForce);
    }

    Kind needingSpec() {
        return new Kind(group, name, versions, spec, true, check, reader, annotations, nothingInForce);
    }

    /// Kubernetes' kinds that belong to no namespace; their keys have `-` for it.
    boolean isClusterScoped() {
        return name.equals("GatewayClass") || (group.isEmpty() && name.equals("Namespace"));
    }

    String keyGroup() {
        return group.isEmpty() ? "core" : group;
    }

    List<String> apiVersions() {
        return versions.stream()
                .map(version -> group.isEmpty() ? version : group + "/" + version)
                .toList();
    }
}

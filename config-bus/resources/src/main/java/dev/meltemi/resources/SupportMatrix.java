package dev.meltemi.resources;

import dev.meltemi.resources.shape.FieldSupport;
import java.util.ArrayList;
import java.util.List;

/// What the mesh does with each field of each kind, made of the very declarations by which documents are judged: what
/// is in force, what is refused, and what is accepted and does nothing, with the reason. A rule's status says the same
/// of what it uses.
public final class SupportMatrix {
    private SupportMatrix() {}

    /// @param group of the apiVersion, empty for core kinds
    /// @param nothingInForce why documents of this kind do nothing; empty for one that acts
    /// @param fields below `spec`, in the order of the declaration
    public record KindSupport(
            String group, String kind, List<String> apiVersions, String nothingInForce, List<FieldSupport> fields) {
        public KindSupport {
            apiVersions = List.copyOf(apiVersions);
            fields = List.copyOf(fields);
        }
    }

    /// Every kind that the mesh reads, in the order in which its own documentation lists them.
    public static List<KindSupport> kinds() {
        return Kinds.all().stream().map(SupportMatrix::of).toList();
    }

    private static KindSupport of(Kind kind) {
        var fields = new ArrayList<FieldSupport>();
        kind.spec().describe("spec", fields::add);
        fields.addAll(kind.annotations());
        return new KindSupport(kind.group(), kind.name(), kind.apiVersions(), kind.nothingInForce(), fields);
    }
}

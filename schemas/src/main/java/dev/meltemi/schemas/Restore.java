package dev.meltemi.schemas;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The document that ends a restore: everything before it on `mesh.config` that was in force under the topic ids it
/// names is there again. Who remembers one of those goes on with this topic; who doesn't see it takes a new topic id
/// for a loss.
///
/// @param restores topic ids of `mesh.config`, oldest first
/// @param documents how many were published again
public record Restore(List<String> restores, int documents) {
    public static final String KEY = "meltemi.dev/Restore/-/mesh";
    private static final Codec<Text> CODEC = new JsonCodec<>(Text.class);

    /// As Kubernetes-style JSON, which is YAML too.
    private record Text(String apiVersion, String kind, Metadata metadata, Spec spec) {}

    private record Metadata(String name) {}

    private record Spec(List<String> restores, int documents) {}

    public Restore {
        restores = List.copyOf(restores);
    }

    /// Of a topic that may itself have been restored before.
    ///
    /// @param earlier what that topic had restored
    public static Restore of(String lost, Optional<Restore> earlier, int documents) {
        Set<String> all = new LinkedHashSet<>(earlier.map(Restore::restores).orElse(List.of()));
        all.add(lost);
        return new Restore(List.copyOf(all), documents);
    }

    /// Empty for anything else.
    public static Optional<Restore> parse(byte[] bytes) {
        try {
            var text = CODEC.decode(bytes);
            return Optional.of(new Restore(text.spec().restores(), text.spec().documents()));
        } catch (MalformedRecordException | NullPointerException notOne) {
            return Optional.empty();
        }
    }

    public byte[] bytes() {
        return CODEC.encode(new Text("meltemi.dev/v1", "Restore", new Metadata("mesh"), new Spec(restores, documents)));
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }
}

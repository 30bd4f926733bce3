package dev.meltemi.schemas;

import java.util.Set;

/// One topic of the bus. {@link Topics} is the only place that knows names, retention and codecs; docs, creation and
/// checks are made from it.
///
/// @param name without the mesh's prefix: `config`, `telemetry.access`
/// @param partitions fixed for ever: keys would move
/// @param maxBytes largest record
public record Topic<V>(
        String name,
        Retention retention,
        int partitions,
        Codec<V> codec,
        Set<Role> writers,
        Set<Role> readers,
        int maxBytes,
        String about) {
    public static final String DEFAULT_PREFIX = "mesh.";

    /// The name on a broker, where several meshes may share a cluster: `mesh.` + `config`.
    public String on(String prefix) {
        return prefix + name;
    }
}

package dev.meltemi.schemas;

/// What a sidecar runs. The sequence grows with every cut, also when the output changed at the same offset. People are
/// shown the offset.
///
/// @param topicId of `mesh.config`: revisions compare within one topic id only; empty when nothing was published yet
/// @param offset newest offset of `mesh.config` that is reflected, -1 for none
public record Revision(String topicId, long offset, long sequence) {
    /// Nothing from any bus, as in static mode or before the first cut.
    public static final Revision NONE = new Revision("", -1, -1);

    /// Whether a sidecar that runs this one has what was accepted at `offset` of the topic `topicId`.
    public boolean includes(String topicId, long offset) {
        return this.topicId.equals(topicId) && this.offset >= offset;
    }
}

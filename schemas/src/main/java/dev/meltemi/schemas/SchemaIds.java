package dev.meltemi.schemas;

import org.apache.avro.Schema;

/// The schemas that were ever released, under ids that never change.
@SuppressWarnings("DoNotCallSuggester")
public final class SchemaIds {
    private SchemaIds() {}

    /// @throws MalformedRecordException when no released schema has that id: the writer is newer than this reader
    static Schema byId(int id) throws MalformedRecordException {
        throw new MalformedRecordException("schema id " + id + " is not known to this version");
    }
}

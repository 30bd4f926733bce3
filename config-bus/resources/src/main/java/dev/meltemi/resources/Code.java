package dev.meltemi.resources;

/// The codes of findings about a document. Istio's where the meaning is the same, so that what people know of them
/// holds; ours otherwise.
public enum Code {
    /// A field that is deprecated but still read.
    IST0002("Deprecated"),
    /// The document breaks its kind's schema or rules.
    IST0106("SchemaValidationError"),
    /// A rule that can't be reached, because one before it takes everything.
    IST0130("VirtualServiceUnreachableRule"),
    /// A match that can't be reached, because one before it covers it.
    IST0131("VirtualServiceIneffectiveMatch"),
    /// Accepted, but probably not what was meant.
    IST0133("SchemaWarning"),
    /// The text is neither YAML nor JSON.
    MESH0101("MalformedText"),
    /// The record's key isn't the document's.
    MESH0103("KeyMismatch"),
    /// More than one document for one key.
    MESH0104("SeveralDocuments"),
    /// Too large, too deep, too many aliases.
    MESH0105("OutOfBounds"),
    /// A kind, group or version that the mesh doesn't read.
    MESH0106("UnknownKind"),
    /// Judging failed: a fault of ours.
    MESH0199("InternalFault");

    private final String meaning;

    Code(String meaning) {
        this.meaning = meaning;
    }

    public String meaning() {
        return meaning;
    }
}

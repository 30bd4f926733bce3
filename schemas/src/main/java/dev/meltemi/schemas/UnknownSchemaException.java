package dev.meltemi.schemas;

/// Bytes that a newer version wrote, with a schema that this one doesn't know. `mesh.schemas` has it:
/// {@link SchemaIds#learn} takes it in, and then the bytes can be read.
public final class UnknownSchemaException extends MalformedRecordException {
    private static final long serialVersionUID = 1L;
    private final int id;

    UnknownSchemaException(int id) {
        super("schema id " + id
                + " is not known to this version, and mesh.schemas lacks it: its writer is newer; start the control"
                + " services of the newer version first, they register its schemas, or update this component");
        this.id = id;
    }

    public int id() {
        return id;
    }
}

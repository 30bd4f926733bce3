package dev.meltemi.schemas;

/// What can be asked of a CA over RSocket (request-response): the payload's metadata names the question, its data is an
/// Avro record in the single-object encoding.
public final class CaQuestions {
    /// `IssueRequest` → `IssueResponse`.
    public static final String ISSUE = "issue";

    /// `RotateRequest` → `RotateResponse`; an operator's certificate is needed.
    public static final String ROTATE = "rotate";

    /// Error code of an answer: the same question in the same words is refused again. RSocket leaves codes from 0x301
    /// on to applications.
    public static final int REFUSED = 0x301;

    /// Error code of an answer: not now (standby, still reading, too many at once); the same question may be asked
    /// again soon.
    public static final int LATER = 0x302;

    private CaQuestions() {}
}

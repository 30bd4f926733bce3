package dev.meltemi.proxy.wire;

/// A message that breaks HTTP. Without a stack trace: a caller can make one with every request.
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    /// @param status of the answer
    /// @param why a word for the access log, such as `duplicate_host`
    public MalformedMessageException(int status, String why) {
        super(why, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }

    public String why() {
        return String.valueOf(getMessage());
    }
}

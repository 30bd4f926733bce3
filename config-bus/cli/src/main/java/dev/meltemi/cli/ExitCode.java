package dev.meltemi.cli;

/// What the process says when it ends: sysexits.h where it has a number, istioctl's 79 for findings.
final class ExitCode {
    static final int OK = 0;
    static final int UNKNOWN = 1;
    static final int DIFFERENT = 1;
    static final int USAGE = 64;
    static final int DATA = 65;
    static final int UNAVAILABLE = 69;
    static final int TIMEOUT = 75;
    static final int PERMISSION = 77;
    static final int FINDINGS = 79;

    private ExitCode() {}
}

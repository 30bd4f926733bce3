package dev.meltemi.fuzz;

import java.util.Arrays;

/// What a caller says and what its application answers, from one input: the former ends at the first octet 0xFE.
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Conversation(byte[] request, byte[] answer) {
    private static final byte BETWEEN = (byte) 0xFE;

    static Conversation of(byte[] data) {
        int at = 0;
        while (at < data.length && data[at] != BETWEEN) {
            at++;
        }
        return new Conversation(
                Arrays.copyOf(data, at),
                at == data.length ? new byte[0] : Arrays.copyOfRange(data, at + 1, data.length));
    }
}

package dev.meltemi.proxy;

/// The streams that we have reset last, for which more may be on its way. Enough for a round trip's worth; of those
/// before, a frame counts as a mistake.
final class RecentResets {
    private static final int MOST = 128;
    private static final int[] NONE = {};

    private int[] streams = NONE;
    private int next;

    void add(int stream) {
        if (streams.length == 0) {
            streams = new int[MOST];
        }
        streams[next] = stream;
        next = (next + 1) % MOST;
    }

    boolean contains(int stream) {
        for (int one : streams) {
            if (one == stream) {
                return true;
            }
        }
        return false;
    }
}

package dev.meltemi.distribution;

import java.util.List;

/// Stops several at the same time: each may drain for a while.
///
/// @param parts that don't need each other
record Together(List<? extends AutoCloseable> parts) implements AutoCloseable {
    Together {
        parts = List.copyOf(parts);
    }

    @Override
    public void close() {
        var stopping = parts.stream()
                .map(part -> Thread.ofVirtual().start(() -> stop(part)))
                .toList();
        try {
            for (Thread thread : stopping) {
                thread.join();
            }
        } catch (InterruptedException e) {
            // whoever interrupts a stop doesn't want to wait for it
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(AutoCloseable part) {
        try (var one = new StopInReverse()) {
            one.add(part);
        }
    }
}

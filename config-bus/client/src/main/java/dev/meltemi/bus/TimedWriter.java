package dev.meltemi.bus;

import dev.meltemi.bus.MeshBus.Write;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// A writer that notes how long its transactions took.
record TimedWriter(FencedWriter writer, Timings timings) implements FencedWriter {
    @Override
    public List<Offset> commit(List<Write<?>> first, Function<List<Offset>, List<Write<?>>> then) {
        long began = System.nanoTime();
        var offsets = writer.commit(first, then);
        timings.took(Duration.ofNanos(System.nanoTime() - began));
        return offsets;
    }

    @Override
    public void close() {
        writer.close();
    }
}

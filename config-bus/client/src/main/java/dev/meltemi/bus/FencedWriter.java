package dev.meltemi.bus;

import dev.meltemi.bus.MeshBus.Write;
import java.util.List;
import java.util.function.Function;

/// The only writer of its topics. Each call is one transaction: readers see all of it or nothing. Blocks; never
/// call it on an event loop.
public interface FencedWriter extends AutoCloseable {
    /// @throws FencedException when a newer writer of this name exists: this process must stop writing for good
    /// @throws BusException when the broker doesn't answer; nothing was written, or it is not known (then read
    ///     again before writing again)
    default List<Offset> commit(List<Write<?>> writes) {
        return commit(writes, offsets -> List.of());
    }

    /// Writes `first`, and in the same transaction what `then` makes of their offsets (in the order of `first`): so
    /// a record can name what it seals.
    List<Offset> commit(List<Write<?>> first, Function<List<Offset>, List<Write<?>>> then);

    @Override
    void close();
}

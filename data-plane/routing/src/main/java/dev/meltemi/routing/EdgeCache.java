package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Edges by the identity of what they were made of, so that the same pair gets the same edge and a look-up allocates
/// nothing. Bounded: when all the places of a pair are taken, the pair takes the first of them and the edge that was
/// there is made anew when it is asked for.
final class EdgeCache {
    private static final int SLOTS = 2048;
    private static final int PLACES = 8;

    private final AtomicReferenceArray<@Nullable Slot> slots = new AtomicReferenceArray<>(SLOTS);

    private record Slot(Object way, @Nullable Endpoint endpoint, Edge edge) {}

    /// @param way what stays the same for all requests that go this way
    @SuppressWarnings("ReferenceEquality") // identity is what makes this cheap
    <W> Edge edge(W way, @Nullable Endpoint endpoint, BiFunction<W, @Nullable Endpoint, Edge> make) {
        int hash = System.identityHashCode(way) * 31 + System.identityHashCode(endpoint);
        int home = hash ^ (hash >>> 16);
        for (int i = 0; i < PLACES; i++) {
            int at = (home + i) & (SLOTS - 1);
            Slot slot = slots.get(at);
            if (slot == null) {
                var made = new Slot(way, endpoint, make.apply(way, endpoint));
                slot = slots.compareAndExchange(at, null, made);
                if (slot == null) {
                    return made.edge;
                }
            }
            if (slot.way == way && slot.endpoint == endpoint) {
                return upToDate(slot) ? slot.edge : remade(at, way, endpoint, make);
            }
        }
        return remade(home & (SLOTS - 1), way, endpoint, make);
    }

    /// An endpoint may be described anew while it stays the same endpoint.
    @SuppressWarnings("ReferenceEquality") // an endpoint keeps its labels as long as they say the same
    private static boolean upToDate(Slot slot) {
        return slot.endpoint == null || slot.endpoint.labels() == slot.edge.destination();
    }

    private <W> Edge remade(int at, W way, @Nullable Endpoint endpoint, BiFunction<W, @Nullable Endpoint, Edge> make) {
        Edge edge = make.apply(way, endpoint);
        slots.set(at, new Slot(way, endpoint, edge));
        return edge;
    }
}

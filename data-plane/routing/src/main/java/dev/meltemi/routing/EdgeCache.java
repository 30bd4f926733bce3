package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Edges by the identity of what they were made of, so that the same way gets the same edge and a look-up allocates
/// nothing. Bounded: when all the places of a way are taken, it takes the first of them and the edge that was there is
/// made anew when it is asked for.
final class EdgeCache {
    private static final int SLOTS = 2048;
    private static final int PLACES = 8;

    private final AtomicReferenceArray<@Nullable Slot> slots = new AtomicReferenceArray<>(SLOTS);

    /// What makes an edge that isn't there yet.
    interface Maker<W> {
        Edge make(W way, @Nullable Endpoint endpoint, @Nullable Principals proven);
    }

    /// @param labels of the endpoint when the edge was made
    private record Slot(
            Object way,
            @Nullable Endpoint endpoint,
            @Nullable Principals proven,
            @Nullable WorkloadLabels labels,
            Edge edge) {
        @SuppressWarnings("ReferenceEquality") // identity is what makes this cheap
        boolean isOf(Object way, @Nullable Endpoint endpoint, @Nullable Principals proven) {
            return this.way == way && this.endpoint == endpoint && this.proven == proven;
        }

        /// An endpoint may be described anew while it stays the same endpoint.
        @SuppressWarnings("ReferenceEquality") // an endpoint keeps its labels as long as they say the same
        boolean isUpToDate() {
            return endpoint == null || endpoint.labels() == labels;
        }
    }

    /// @param way what stays the same for all requests that go this way
    <W> Edge edge(W way, @Nullable Endpoint endpoint, @Nullable Principals proven, Maker<W> maker) {
        int hash = (System.identityHashCode(way) * 31 + System.identityHashCode(endpoint)) * 31
                + System.identityHashCode(proven);
        int home = hash ^ (hash >>> 16);
        for (int i = 0; i < PLACES; i++) {
            int at = (home + i) & (SLOTS - 1);
            Slot slot = slots.get(at);
            if (slot == null) {
                Slot made = made(way, endpoint, proven, maker);
                slot = slots.compareAndExchange(at, null, made);
                if (slot == null) {
                    return made.edge;
                }
            }
            if (slot.isOf(way, endpoint, proven)) {
                return slot.isUpToDate() ? slot.edge : remade(at, made(way, endpoint, proven, maker));
            }
        }
        return remade(home & (SLOTS - 1), made(way, endpoint, proven, maker));
    }

    private static <W> Slot made(W way, @Nullable Endpoint endpoint, @Nullable Principals proven, Maker<W> maker) {
        // read before the edge is made: when they change in between, the slot is out of date and made again
        WorkloadLabels labels = endpoint == null ? null : endpoint.labels();
        return new Slot(way, endpoint, proven, labels, maker.make(way, endpoint, proven));
    }

    private Edge remade(int at, Slot made) {
        slots.set(at, made);
        return made.edge;
    }
}

package dev.meltemi.routecompiler;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.LeaseEvent;
import dev.meltemi.rules.LeaseOrder;
import dev.meltemi.rules.Leases;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the rules' judge of leases what happens on the topics, and turns its orders into changes and tombstones.
final class LeaseBook {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseBook.class);

    private Leases leases;

    LeaseBook(Leases.Terms terms) {
        this.leases = Leases.none(terms);
    }

    /// @param changes what the compiler has to be told
    /// @param tombstones what withdraws the dead
    record Orders(List<Change> changes, List<Write<?>> tombstones) {}

    /// An instance that was given up and speaks again is trusted at once.
    List<Change> learn(TopicEvent<?> event) {
        return lease(event).map(this::next).map(Orders::changes).orElse(List.of());
    }

    void takeOver() {
        next(new LeaseEvent.TookOver());
    }

    Orders judge(MeshState state) {
        return next(new LeaseEvent.Judged(state));
    }

    private static Optional<LeaseEvent> lease(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put
            when put.value() instanceof Registration ->
                Optional.of(new LeaseEvent.Registered(put.key(), put.at().brokerTime()));
            case TopicEvent.Put<?> put
            when put.value() instanceof Heartbeat ->
                Optional.of(new LeaseEvent.Heard(put.key(), put.at().brokerTime()));
            case TopicEvent.Delete<?> delete
            when delete.topic().equals(Topics.WORKLOADS) -> Optional.of(new LeaseEvent.Withdrawn(delete.key()));
            case TopicEvent<?> _ -> Optional.empty();
        };
    }

    private Orders next(LeaseEvent event) {
        var step = Leases.next(leases, event);
        leases = step.next();
        var changes = new ArrayList<Change>();
        var tombstones = new ArrayList<Write<?>>();
        for (var order : step.orders()) {
            changes.add(change(order));
            if (order instanceof LeaseOrder.Remove remove) {
                tombstones.add(Write.delete(Topics.WORKLOADS, remove.instance()));
                tombstones.add(Write.delete(Topics.SIDECARS, remove.instance()));
            }
        }
        return new Orders(List.copyOf(changes), List.copyOf(tombstones));
    }

    private static Change change(LeaseOrder order) {
        return switch (order) {
            case LeaseOrder.Suspect(var instance) -> {
                LOG.warn("event=lease-lost workload={} next=\"no new requests until it is heard again\"", instance);
                yield new Change.Health(instance, false);
            }
            case LeaseOrder.Trust(var instance) -> {
                LOG.info("event=lease-regained workload={}", instance);
                yield new Change.Health(instance, true);
            }
            case LeaseOrder.Remove(var instance) -> {
                LOG.warn("event=lease-ended workload={} next=\"its registration is deleted\"", instance);
                yield new Change.Withdrawn(instance);
            }
        };
    }
}

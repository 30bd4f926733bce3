package dev.meltemi.sidecar.config;

import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The one reference that a proxy reads for each request, and what is to be said of it. One writer at a time; any
/// number of readers, who never wait.
public final class RunningConfig implements Supplier<RouteTable> {
    private final Workload self;
    private final Clusters clusters = new Clusters(System::nanoTime);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private List<String> refused = List.of();
    private List<String> unreadableEndpoints = List.of();
    private List<String> unreadableRecords = List.of();
    private volatile RouteTable table;
    private volatile Compiled compiled = Compiled.EMPTY;
    private volatile Summary summary = new Summary(Revision.NONE, false, false, List.of(), 0, 0);

    /// @param ready a table is there, from the bus or a file
    /// @param stale it came from a file
    /// @param refusals why newer revisions don't run, as long as that is so
    public record Summary(
            Revision revision, boolean ready, boolean stale, List<String> refusals, int routes, int endpoints) {
        public Summary {
            refusals = List.copyOf(refusals);
        }
    }

    public RunningConfig(Workload self) {
        this.self = self;
        this.table = RouteTable.of(self, Revision.NONE, Compiled.EMPTY, clusters, null);
    }

    @Override
    public RouteTable get() {
        return table;
    }

    /// The workload for which it runs.
    Workload self() {
        return self;
    }

    public Summary summary() {
        return summary;
    }

    public Clusters clusters() {
        return clusters;
    }

    /// What the table was made from.
    public Compiled compiled() {
        return compiled;
    }

    /// Called after each change, by the writer's thread.
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /// A table is there, and no access rule for this workload is one that nobody can read.
    public boolean serves() {
        return summary.ready() && table.closed().isEmpty();
    }

    /// Swaps the table; requests that began on the old one end on it.
    ///
    /// @param unreadable records that can't be read, each with its place and the reason
    public synchronized void run(Revision revision, Compiled compiled, boolean stale, List<String> unreadable) {
        table = RouteTable.of(self, revision, compiled, clusters, table);
        this.compiled = compiled;
        refused = List.of();
        unreadableRecords = closedScopes(table, unreadable);
        summary = new Summary(
                revision,
                true,
                stale,
                refusals(),
                compiled.routes().size() + compiled.gateways().size(),
                compiled.endpoints().size());
        listeners.forEach(Runnable::run);
    }

    /// The fast path: the table stays, its clusters change.
    ///
    /// @param unreadable endpoints of which the version before goes on, with the reason
    synchronized void update(Map<String, Optional<ServiceEndpoint>> changes, int endpoints, List<String> unreadable) {
        clusters.update(changes);
        boolean news = !unreadable.equals(unreadableEndpoints);
        unreadableEndpoints = List.copyOf(unreadable);
        var before = summary;
        summary =
                new Summary(before.revision(), before.ready(), before.stale(), refusals(), before.routes(), endpoints);
        if (news) {
            listeners.forEach(Runnable::run);
        }
    }

    synchronized void refuse(String why) {
        refused = List.of(why);
        var before = summary;
        summary = new Summary(
                before.revision(), before.ready(), before.stale(), refusals(), before.routes(), before.endpoints());
        listeners.forEach(Runnable::run);
    }

    private static List<String> closedScopes(RouteTable table, List<String> unreadable) {
        var told = new ArrayList<>(unreadable);
        table.closed()
                .forEach(scope -> told.add("access scope " + scope
                        + " can't be read and nothing is known of what it said: nobody gets in, and this proxy isn't"
                        + " ready; publish its rule again"));
        return List.copyOf(told);
    }

    private List<String> refusals() {
        return Stream.of(refused, unreadableRecords, unreadableEndpoints)
                .flatMap(List::stream)
                .toList();
    }
}

package dev.meltemi.sidecar.config;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.SavedRecord;
import dev.meltemi.routing.EndpointInterest;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TopicCut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts a consistent revision together from the compiled topics, whose partitions arrive in any order against
/// each other.
///
/// ```
///  EMPTY ──cut named, positions reached, count and digest agree──▶ RUNNING(revision) ──newer cut, the same──▶
/// RUNNING                                   └─they disagree and nothing is on its way──▶ refused: what runs
/// goes on
/// ```
///
/// A record that can't be read leaves what its key held before, and the rest is run. A service of which nothing was
/// known stays unknown; a scope of access of which nothing was known fails closed.
/// Endpoints have a fast path: from the first revision on they change what runs at once. Used by one thread.
public final class CutAssembler {
    public static final List<Topic<?>> TOPICS = List.of(
            Topics.REVISIONS, Topics.ROUTES, Topics.GATEWAYS, Topics.ENDPOINTS, Topics.ACCESS_RULES, Topics.SETTINGS);
    private static final int MOST_WAITING = 65_536;

    private LiveTopic<ServiceRoutes> routes = new LiveTopic<>(MOST_WAITING);
    private LiveTopic<GatewayRoutes> gateways = new LiveTopic<>(MOST_WAITING);
    private LiveTopic<ServiceEndpoint> endpoints = new LiveTopic<>(MOST_WAITING);
    private LiveTopic<AccessRules> access = new LiveTopic<>(MOST_WAITING);
    private LiveTopic<Settings> settings = new LiveTopic<>(MOST_WAITING);
    private final @Nullable EndpointInterest interest;
    private EndpointFilter filter = EndpointFilter.ALL;
    private boolean filterIsKnown;
    /// The log keeps older cuts for a while, and each was whole in its time: before its end is reached, the newest that
    /// was read may be of the mesh's past.
    private boolean newestIsKnown;
    private Revision running = Revision.NONE;
    private @Nullable Cut newest;
    private boolean judged;
    /// Whose records {@link #recordsOf} has.
    private Revision recorded = Revision.NONE;

    private Map<String, byte[]> routesThatRun = Map.of();
    private Map<String, byte[]> gatewaysThatRun = Map.of();
    private Map<String, byte[]> settingsThatRun = Map.of();
    /// To begin with, what was in force before the topics were read.
    private Map<String, AccessRules> accessThatRuns;

    /// Of a proxy that sees everything.
    public CutAssembler() {
        this(Map.of(), null, null);
    }

    /// @param access last known rules by scope, for scopes whose records can't be read
    /// @param interest whose endpoints the proxy needs; null: everybody's, and each cut counts once it is whole
    /// @param filter of the endpoints that are kept, as a {@link Outcome.Reread} said; null: to be found out
    CutAssembler(
            Map<String, AccessRules> access, @Nullable EndpointInterest interest, @Nullable EndpointFilter filter) {
        this.accessThatRuns = access;
        this.interest = interest;
        this.filterIsKnown = filter != null;
        this.newestIsKnown = interest == null;
        keep(filter == null ? EndpointFilter.ALL : filter);
    }

    public Outcome on(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.Put<?> put -> {
                if (put.value() instanceof Cut cut) {
                    return named(cut);
                }
                put(put);
            }
            case TopicEvent.Delete<?> delete -> delete(delete);
            case TopicEvent.Poisoned<?> poisoned -> {
                if (poisoned.topic().name().equals(Topics.REVISIONS.name())) {
                    return new Outcome.Refuse(
                            running, "unreadable cut at offset " + poisoned.at().number() + ": " + poisoned.why());
                }
                poisoned(poisoned);
            }
            case TopicEvent.Progress<?> progress -> {
                var live = live(progress.topic());
                if (live != null) {
                    live.progress(progress.positions());
                }
            }
            case TopicEvent.Replaced<?> replaced -> forget(replaced.topic());
            case TopicEvent.CaughtUp<?> caughtUp -> caughtUp(caughtUp.topic());
        }
        return next();
    }

    /// Settings are few and read first: a proxy that is going to keep few endpoints keeps none until it knows which,
    /// instead of a large mesh's for a moment.
    private void caughtUp(Topic<?> topic) {
        newestIsKnown |= topic.name().equals(Topics.REVISIONS.name());
        if (topic.name().equals(Topics.SETTINGS.name())
                && interest != null
                && !filterIsKnown
                && interest.isLimited(settings.newest())) {
            keep(filter(interest, Set.of()));
        }
    }

    private static EndpointFilter filter(EndpointInterest interest, Set<String> hosts) {
        return new EndpointFilter.Hosts(hosts, "/" + interest.self().instance());
    }

    private void keep(EndpointFilter wanted) {
        filter = wanted;
        endpoints.keepOnly(wanted::keeps);
    }

    /// What the routes of a revision lead to is kept from now on; null when it is, and was from the beginning.
    private Outcome.@Nullable Reread narrow(Compiled compiled) {
        if (interest == null) {
            return null;
        }
        var hosts = interest.hosts(compiled.settings().values(), compiled.routes());
        EndpointFilter wanted =
                hosts.<EndpointFilter>map(some -> filter(interest, some)).orElse(EndpointFilter.ALL);
        boolean kept = hosts.map(filter::covers).orElse(filter.equals(EndpointFilter.ALL));
        if (!kept) {
            return new Outcome.Reread(wanted);
        }
        filterIsKnown = true;
        keep(wanted);
        return null;
    }

    private Outcome named(Cut cut) {
        if (newest == null
                || !cut.getTopicId().equals(newest.getTopicId())
                || cut.getSequence() > newest.getSequence()) {
            newest = cut;
            judged = false;
        }
        return next();
    }

    private Outcome next() {
        if (newest != null && newestIsKnown && !judged && reached(newest)) {
            var outcome = judge(newest);
            if (!(outcome instanceof Outcome.Wait)) {
                return outcome;
            }
        }
        if (!running.equals(Revision.NONE) && endpoints.isAhead()) {
            return new Outcome.Endpoints(running, endpoints.advance(), endpoints.unreadable());
        }
        return Outcome.WAIT;
    }

    private boolean reached(Cut cut) {
        return cut.getTopics().stream().allMatch(part -> {
            var live = live(part.getTopic());
            return live == null || live.hasReached(part);
        });
    }

    private Outcome judge(Cut cut) {
        var revision = new Revision(cut.getTopicId(), cut.getConfigOffset(), cut.getSequence());
        var complaints = new ArrayList<String>();
        var unreadable = new ArrayList<String>();
        boolean ahead = false;
        for (TopicCut part : cut.getTopics()) {
            var live = live(part.getTopic());
            if (live == null || !part.getExact()) {
                continue;
            }
            live.advanceTo(part);
            ahead |= live.isAhead();
            if (!live.agrees(part)) {
                complaints.add(part.getTopic() + " has " + live.size() + " records with digest " + live.digest()
                        + ", the cut names " + part.getCount() + " with " + part.getDigest());
            }
            unreadable.addAll(live.unreadable());
        }
        if (!complaints.isEmpty()) {
            if (ahead) {
                return Outcome.WAIT;
            }
            judged = true;
            complaints.addAll(unreadable);
            return new Outcome.Refuse(revision, String.join("; ", complaints));
        }
        judged = true;
        var exact = new Compiled(routes.values(), gateways.values(), Map.of(), Map.of(), settings.values());
        var reread = narrow(exact);
        if (reread != null) {
            return reread;
        }
        running = revision;
        recorded = revision;
        endpoints.advance();
        routesThatRun = routes.raw();
        gatewaysThatRun = gateways.raw();
        settingsThatRun = settings.raw();
        accessThatRuns = AccessScopes.inForce(access, accessThatRuns);
        return new Outcome.Apply(
                revision,
                new Compiled(exact.routes(), exact.gateways(), endpoints.values(), accessThatRuns, exact.settings()),
                List.copyOf(unreadable),
                List.copyOf(cut.getRestores()));
    }

    /// The records of a revision with the endpoints of now, for the last-known-good file. Those of a cut that was
    /// refused since are not among them.
    ///
    /// @return empty when it isn't the newest that could be run: while topics are read again, what runs was put
    /// together by the assembler before this one, and its file stays
    Optional<List<SavedRecord>> recordsOf(Revision revision) {
        if (!recorded.equals(revision)) {
            return Optional.empty();
        }
        var records = new ArrayList<SavedRecord>();
        routesThatRun.forEach((key, raw) -> records.add(new SavedRecord(Topics.ROUTES.name(), key, raw)));
        gatewaysThatRun.forEach((key, raw) -> records.add(new SavedRecord(Topics.GATEWAYS.name(), key, raw)));
        accessThatRuns.forEach((scope, rules) -> records.add(new SavedRecord(
                Topics.ACCESS_RULES.name(), scope, Topics.ACCESS_RULES.codec().encode(rules))));
        settingsThatRun.forEach((key, raw) -> records.add(new SavedRecord(Topics.SETTINGS.name(), key, raw)));
        endpoints.raw().forEach((key, raw) -> records.add(new SavedRecord(Topics.ENDPOINTS.name(), key, raw)));
        return Optional.of(records);
    }

    int endpointCount() {
        return endpoints.size();
    }

    /// A topic that was created again begins empty; what runs goes on until a cut of the new topics is complete.
    /// Topics are found to be new one after the other, so a cut of the new ones may have been judged by what the
    /// old ones held: it is judged again.
    private void forget(Topic<?> topic) {
        if (topic.name().equals(Topics.ROUTES.name())) {
            routes = new LiveTopic<>(MOST_WAITING);
        } else if (topic.name().equals(Topics.GATEWAYS.name())) {
            gateways = new LiveTopic<>(MOST_WAITING);
        } else if (topic.name().equals(Topics.ENDPOINTS.name())) {
            endpoints = new LiveTopic<>(MOST_WAITING);
            keep(filter);
        } else if (topic.name().equals(Topics.ACCESS_RULES.name())) {
            access = new LiveTopic<>(MOST_WAITING);
        } else if (topic.name().equals(Topics.SETTINGS.name())) {
            settings = new LiveTopic<>(MOST_WAITING);
        } else if (topic.name().equals(Topics.REVISIONS.name())) {
            newest = null;
        }
        running = Revision.NONE;
        judged = false;
    }

    private @Nullable LiveTopic<?> live(Topic<?> topic) {
        return live(topic.name());
    }

    private @Nullable LiveTopic<?> live(String topic) {
        if (topic.equals(Topics.ROUTES.name())) {
            return routes;
        }
        if (topic.equals(Topics.GATEWAYS.name())) {
            return gateways;
        }
        if (topic.equals(Topics.ACCESS_RULES.name())) {
            return access;
        }
        if (topic.equals(Topics.SETTINGS.name())) {
            return settings;
        }
        return topic.equals(Topics.ENDPOINTS.name()) ? endpoints : null;
    }

    @SuppressWarnings("unchecked") // a topic's events carry its values
    private void put(TopicEvent.Put<?> put) {
        switch (put.value()) {
            case ServiceRoutes _ -> routes.put((TopicEvent.Put<ServiceRoutes>) put);
            case GatewayRoutes _ -> gateways.put((TopicEvent.Put<GatewayRoutes>) put);
            case ServiceEndpoint _ -> endpoints.put((TopicEvent.Put<ServiceEndpoint>) put);
            case AccessRules _ -> access.put((TopicEvent.Put<AccessRules>) put);
            case Settings _ -> settings.put((TopicEvent.Put<Settings>) put);
            default -> {}
        }
    }

    @SuppressWarnings("unchecked") // a topic's events carry its values
    private void delete(TopicEvent.Delete<?> delete) {
        if (delete.topic().name().equals(Topics.ROUTES.name())) {
            routes.delete((TopicEvent.Delete<ServiceRoutes>) delete);
        } else if (delete.topic().name().equals(Topics.GATEWAYS.name())) {
            gateways.delete((TopicEvent.Delete<GatewayRoutes>) delete);
        } else if (delete.topic().name().equals(Topics.ENDPOINTS.name())) {
            endpoints.delete((TopicEvent.Delete<ServiceEndpoint>) delete);
        } else if (delete.topic().name().equals(Topics.ACCESS_RULES.name())) {
            access.delete((TopicEvent.Delete<AccessRules>) delete);
        } else if (delete.topic().name().equals(Topics.SETTINGS.name())) {
            settings.delete((TopicEvent.Delete<Settings>) delete);
        }
    }

    @SuppressWarnings("unchecked") // a topic's events carry its values
    private void poisoned(TopicEvent.Poisoned<?> poisoned) {
        if (poisoned.topic().name().equals(Topics.ROUTES.name())) {
            routes.poisoned((TopicEvent.Poisoned<ServiceRoutes>) poisoned);
        } else if (poisoned.topic().name().equals(Topics.GATEWAYS.name())) {
            gateways.poisoned((TopicEvent.Poisoned<GatewayRoutes>) poisoned);
        } else if (poisoned.topic().name().equals(Topics.ENDPOINTS.name())) {
            endpoints.poisoned((TopicEvent.Poisoned<ServiceEndpoint>) poisoned);
        } else if (poisoned.topic().name().equals(Topics.ACCESS_RULES.name())) {
            access.poisoned((TopicEvent.Poisoned<AccessRules>) poisoned);
        } else if (poisoned.topic().name().equals(Topics.SETTINGS.name())) {
            settings.poisoned((TopicEvent.Poisoned<Settings>) poisoned);
        }
    }
}

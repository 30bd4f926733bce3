package dev.meltemi.routecompiler;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.SetDigest;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.MutualTls;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import reactor.core.Disposable;

/// The compiled topics as a reader sees them who trusts nobody: it counts and digests by itself.
final class Sealed implements AutoCloseable {
    static final List<Topic<?>> TOPICS = List.of(
            Topics.ROUTES, Topics.GATEWAYS, Topics.ENDPOINTS, Topics.ACCESS_RULES, Topics.SETTINGS, Topics.REVISIONS);

    private final List<TopicEvent<?>> seen = new ArrayList<>();
    private final Disposable following;

    Sealed(MeshBus bus) {
        this.following = bus.follow(TOPICS).subscribe(this::see);
    }

    private synchronized void see(TopicEvent<?> event) {
        seen.add(event);
    }

    synchronized List<Cut> cuts() {
        return seen.stream()
                .filter(TopicEvent.Put.class::isInstance)
                .map(event -> ((TopicEvent.Put<?>) event).value())
                .filter(Cut.class::isInstance)
                .map(Cut.class::cast)
                .toList();
    }

    Optional<Cut> newest() {
        var cuts = cuts();
        return cuts.isEmpty() ? Optional.empty() : Optional.of(cuts.getLast());
    }

    Cut awaitOffset(long offset) {
        Awaitility.await()
                .until(() ->
                        newest().filter(cut -> cut.getConfigOffset() >= offset).isPresent());
        return newest().orElseThrow();
    }

    synchronized Map<String, ServiceEndpoint> endpoints() {
        var all = new HashMap<String, ServiceEndpoint>();
        live(Topics.ENDPOINTS, new long[0]).forEach((key, put) -> all.put(key, (ServiceEndpoint) put.value()));
        return all;
    }

    synchronized Map<String, ServiceRoutes> routes() {
        var all = new HashMap<String, ServiceRoutes>();
        live(Topics.ROUTES, new long[0]).forEach((key, put) -> all.put(key, (ServiceRoutes) put.value()));
        return all;
    }

    synchronized Map<String, Settings> settings() {
        var all = new HashMap<String, Settings>();
        live(Topics.SETTINGS, new long[0]).forEach((key, put) -> all.put(key, (Settings) put.value()));
        return all;
    }

    synchronized Map<String, MutualTls> access() {
        var all = new HashMap<String, MutualTls>();
        live(Topics.ACCESS_RULES, new long[0])
                .forEach((scope, put) -> all.put(scope, ((AccessRules) put.value()).getMutualTls()));
        return all;
    }

    /// Whether the records up to the newest cut's end offsets have the count and the digest that it names.
    synchronized boolean agrees() {
        return newest().filter(this::agrees).isPresent();
    }

    private boolean agrees(Cut cut) {
        return cut.getTopics().stream().allMatch(part -> {
            var topic = TOPICS.stream()
                    .filter(t -> t.name().equals(part.getTopic()))
                    .findFirst()
                    .orElseThrow();
            var ends = part.getEndOffsets().stream().mapToLong(Long::longValue).toArray();
            var digest = SetDigest.EMPTY;
            for (var put : live(topic, ends).values()) {
                digest = digest.plus(put.key(), put.raw());
            }
            return digest.count() == part.getCount() && digest.hex().equals(part.getDigest());
        });
    }

    /// @param ends empty: everything
    private Map<String, TopicEvent.Put<?>> live(Topic<?> topic, long[] ends) {
        var live = new HashMap<String, TopicEvent.Put<?>>();
        for (var event : seen) {
            if (event.topic().equals(topic)) {
                switch (event) {
                    case TopicEvent.Put<?> put -> {
                        if (ends.length == 0
                                || put.at().number() < ends[put.at().partition()]) {
                            live.put(put.key(), put);
                        }
                    }
                    case TopicEvent.Delete<?> delete -> {
                        if (ends.length == 0
                                || delete.at().number() < ends[delete.at().partition()]) {
                            live.remove(delete.key());
                        }
                    }
                    case TopicEvent<?> _ -> {}
                }
            }
        }
        return live;
    }

    @Override
    public void close() {
        following.dispose();
    }
}

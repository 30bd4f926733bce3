package dev.meltemi.routecompiler;

import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Compiled.Delta;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.NotPublished;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The compiled topics and the cut that names them. What changes is written in one transaction with the cut
/// that seals it: readers see both or neither.
final class Outputs {
    /// There is one scope yet: the mesh.
    private static final String SCOPE = "mesh";

    private final FencedWriter writer;
    private final OutputTopic<ServiceRoutes> routes = new OutputTopic<>(Topics.ROUTES, false);
    private final OutputTopic<GatewayRoutes> gateways = new OutputTopic<>(Topics.GATEWAYS, false);
    private final OutputTopic<ServiceEndpoint> endpoints = new OutputTopic<>(Topics.ENDPOINTS, true);
    private final OutputTopic<AccessRules> access = new OutputTopic<>(Topics.ACCESS_RULES, false);
    private final OutputTopic<Settings> settings = new OutputTopic<>(Topics.SETTINGS, false);
    private Optional<Cut> last = Optional.empty();
    private List<String> restores = List.of();
    private long newestSequence;

    Outputs(FencedWriter writer) {
        this.writer = writer;
    }

    /// The newest cut, read or written.
    Optional<Cut> last() {
        return last;
    }

    /// @param restored topic ids that the cuts' own one continues
    /// @param sequence that cuts go on behind
    void goOn(List<String> restored, long sequence) {
        restores = restored;
        newestSequence = Math.max(sequence, last.map(Cut::getSequence).orElse(0L));
    }

    int routes() {
        return routes.size();
    }

    int gateways() {
        return gateways.size();
    }

    int endpoints() {
        return endpoints.size();
    }

    /// Takes in what the topics hold, before anything is written.
    void read(TopicEvent<?> event) {
        if (event instanceof TopicEvent.Put<?> put && put.value() instanceof Cut cut) {
            last = Optional.of(cut);
        } else {
            on(routes, event).ifPresent(routes::read);
            on(gateways, event).ifPresent(gateways::read);
            on(endpoints, event).ifPresent(endpoints::read);
            on(access, event).ifPresent(access::read);
            on(settings, event).ifPresent(settings::read);
        }
    }

    /// What repairs the key on which somebody else has written; nothing for the echo of an own record.
    Delta mending(TopicEvent<?> event) {
        return new Delta(
                asMap(on(routes, event).flatMap(routes::mending)),
                asMap(on(gateways, event).flatMap(gateways::mending)),
                asMap(on(endpoints, event).flatMap(endpoints::mending)),
                asMap(on(access, event).flatMap(access::mending)),
                asMap(on(settings, event).flatMap(settings::mending)));
    }

    /// What makes the topics hold `wanted` and nothing else.
    Delta differenceTo(Compiled wanted) {
        return new Delta(
                routes.differenceTo(wanted.routes()),
                gateways.differenceTo(wanted.gateways()),
                endpoints.differenceTo(wanted.endpoints()),
                access.differenceTo(wanted.access()),
                settings.differenceTo(wanted.settings()));
    }

    /// Those of the changes that the topics don't hold already.
    Delta differing(Delta delta) {
        return new Delta(
                routes.differing(delta.routes()),
                gateways.differing(delta.gateways()),
                endpoints.differing(delta.endpoints()),
                access.differing(delta.access()),
                settings.differing(delta.settings()));
    }

    Revision commit(Delta delta, ConfigPlace place) {
        var first = new ArrayList<Write<?>>(routes.writes(delta.routes()));
        first.addAll(gateways.writes(delta.gateways()));
        first.addAll(endpoints.writes(delta.endpoints()));
        first.addAll(access.writes(delta.access()));
        first.addAll(settings.writes(delta.settings()));
        var cut = new Cut[1];
        writer.commit(first, offsets -> {
            cut[0] = sealed(delta, place, offsets);
            return List.of(Write.put(Topics.REVISIONS, SCOPE, cut[0]));
        });
        last = Optional.of(cut[0]);
        return new Revision(cut[0].getTopicId(), cut[0].getConfigOffset(), cut[0].getSequence());
    }

    /// A transaction that fails ends the turn, so what is noted here is never kept without being true.
    private Cut sealed(Delta delta, ConfigPlace place, List<Offset> offsets) {
        int r = delta.routes().size();
        int g = r + delta.gateways().size();
        routes.written(delta.routes(), offsets.subList(0, r));
        gateways.written(delta.gateways(), offsets.subList(r, g));
        int e = g + delta.endpoints().size();
        endpoints.written(delta.endpoints(), offsets.subList(g, e));
        int a = e + delta.access().size();
        access.written(delta.access(), offsets.subList(e, a));
        settings.written(delta.settings(), offsets.subList(a, offsets.size()));
        return Cut.newBuilder()
                .setTopicId(place.topicId())
                .setConfigOffset(place.offset())
                .setSequence(++newestSequence)
                .setRestores(restores)
                .setNotPublished(notPublished())
                .setTopics(List.of(routes.cut(), gateways.cut(), endpoints.cut(), access.cut(), settings.cut()))
                .build();
    }

    /// Documents whose compiled record is too large for its topic.
    private List<NotPublished> notPublished() {
        var all = new ArrayList<NotPublished>();
        gateways.tooLarge().forEach((key, large) -> all.add(notPublished("Gateway", key, "gateways", large.bytes())));
        routes.tooLarge()
                .forEach((host, large) -> large.value()
                        .getHttp()
                        .forEach(rules ->
                                all.add(notPublished("VirtualService", rules.getRule(), "routes", large.bytes()))));
        return all;
    }

    private static NotPublished notPublished(String kind, String name, String topic, int bytes) {
        return NotPublished.newBuilder()
                .setKey("networking.istio.io/" + kind + "/" + name)
                .setWhy("what is compiled from it and from the rules beside it is a record of " + bytes + " bytes on "
                        + topic + ", more than a record may have: what ran before goes on; split its hosts over"
                        + " several documents")
                .build();
    }

    static Delta merged(Delta earlier, Delta later) {
        return new Delta(
                merged(earlier.routes(), later.routes()),
                merged(earlier.gateways(), later.gateways()),
                merged(earlier.endpoints(), later.endpoints()),
                merged(earlier.access(), later.access()),
                merged(earlier.settings(), later.settings()));
    }

    private static <V> Map<String, Optional<V>> merged(
            Map<String, Optional<V>> earlier, Map<String, Optional<V>> later) {
        var merged = new HashMap<>(earlier);
        merged.putAll(later);
        return merged;
    }

    private static <V> Map<String, Optional<V>> asMap(Optional<Map.Entry<String, Optional<V>>> entry) {
        return entry.map(e -> Map.of(e.getKey(), e.getValue())).orElse(Map.of());
    }

    @SuppressWarnings("unchecked") // a topic's events carry its values
    private static <V> Optional<TopicEvent<V>> on(OutputTopic<V> output, TopicEvent<?> event) {
        return event.topic().equals(output.topic()) ? Optional.of((TopicEvent<V>) event) : Optional.empty();
    }
}

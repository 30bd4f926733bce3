package dev.meltemi.cli;

import dev.meltemi.bus.TopicEvent;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// The compiled topics as of a cut: of each key the newest record before the cut's end. Exact as long as compaction
/// has not taken a record that was overwritten since; the cut's counts tell.
///
/// @param exact whether the counts that the cut names were found
record CompiledAt(Revision revision, Compiled compiled, boolean exact) {
    static final List<Topic<?>> TOPICS = List.of(
            Topics.ROUTES, Topics.GATEWAYS, Topics.ENDPOINTS, Topics.ACCESS_RULES, Topics.SETTINGS, Topics.REVISIONS);

    /// @param sequence of the cut; the newest one is taken when it is not there
    /// @return empty when there is no cut at all
    static Optional<CompiledAt> of(Collection<TopicEvent<?>> events, String topicId, long sequence) {
        var cuts = new TreeMap<Long, Cut>();
        for (var event : events) {
            if (event instanceof TopicEvent.Put<?> put && put.value() instanceof Cut cut) {
                cuts.put(cut.getSequence(), cut);
            }
        }
        if (cuts.isEmpty()) {
            return Optional.empty();
        }
        Cut named = cuts.get(sequence);
        Cut cut = named != null && named.getTopicId().equals(topicId)
                ? named
                : Objects.requireNonNull(cuts.lastEntry()).getValue();
        boolean found = cut.equals(named);
        var routes = values(events, cut, Topics.ROUTES.name(), ServiceRoutes.class);
        var gateways = values(events, cut, Topics.GATEWAYS.name(), GatewayRoutes.class);
        var endpoints = values(events, cut, Topics.ENDPOINTS.name(), ServiceEndpoint.class);
        var access = values(events, cut, Topics.ACCESS_RULES.name(), AccessRules.class);
        var settings = values(events, cut, Topics.SETTINGS.name(), Settings.class);
        boolean exact = found
                && isComplete(cut, Topics.ROUTES.name(), routes.size())
                && isComplete(cut, Topics.GATEWAYS.name(), gateways.size())
                && isComplete(cut, Topics.ACCESS_RULES.name(), access.size())
                && isComplete(cut, Topics.SETTINGS.name(), settings.size());
        var revision = new Revision(cut.getTopicId(), cut.getConfigOffset(), cut.getSequence());
        return Optional.of(
                new CompiledAt(revision, new Compiled(routes, gateways, endpoints, access, settings), exact));
    }

    private static <V> Map<String, V> values(Collection<TopicEvent<?>> events, Cut cut, String topic, Class<V> type) {
        var part = part(cut, topic);
        var values = new HashMap<String, V>();
        for (var event : events) {
            switch (event) {
                case TopicEvent.Put<?> put -> {
                    if (put.topic().name().equals(topic)
                            && isBefore(part, put.at().partition(), put.at().number())) {
                        values.put(put.key(), type.cast(put.value()));
                    }
                }
                case TopicEvent.Delete<?> delete -> {
                    if (delete.topic().name().equals(topic)
                            && isBefore(
                                    part, delete.at().partition(), delete.at().number())) {
                        values.remove(delete.key());
                    }
                }
                case TopicEvent.Poisoned<?> _,
                        TopicEvent.Progress<?> _,
                        TopicEvent.CaughtUp<?> _,
                        TopicEvent.Replaced<?> _ -> {}
            }
        }
        return values;
    }

    /// Endpoints apply as they come: the cut is only their minimum.
    private static boolean isBefore(Optional<TopicCut> part, int partition, long offset) {
        return part.filter(TopicCut::getExact)
                .map(exact -> partition >= exact.getEndOffsets().size()
                        || offset < exact.getEndOffsets().get(partition))
                .orElse(true);
    }

    private static boolean isComplete(Cut cut, String topic, int size) {
        return part(cut, topic).map(part -> part.getCount() == size).orElse(true);
    }

    private static Optional<TopicCut> part(Cut cut, String topic) {
        return cut.getTopics().stream()
                .filter(part -> part.getTopic().equals(topic))
                .findFirst();
    }
}

package dev.meltemi.cli;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.resources.analysis.KnownHost;
import dev.meltemi.resources.analysis.View;
import dev.meltemi.resources.analysis.Workload;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What analysis asks of a mesh: the documents in force, and who runs.
record RunningMesh(List<View> documents, List<Workload> workloads, List<KnownHost> hosts) {
    static final List<Topic<?>> TOPICS = List.of(Topics.ACCEPTED, Topics.WORKLOADS);

    static RunningMesh of(Collection<TopicEvent<?>> events) {
        Map<String, String> texts = new TreeMap<>();
        Map<String, Registration> registrations = new TreeMap<>();
        for (TopicEvent<?> event : events) {
            switch (event) {
                case TopicEvent.Put<?> put when put.value() instanceof String text -> texts.put(put.key(), text);
                case TopicEvent.Put<?> put
                when put.value() instanceof Registration one -> registrations.put(put.key(), one);
                case TopicEvent.Delete<?> delete -> remove(delete.topic(), delete.key(), texts, registrations);
                case TopicEvent.Poisoned<?> poisoned -> remove(poisoned.topic(), poisoned.key(), texts, registrations);
                case TopicEvent.Put<?> _,
                        TopicEvent.CaughtUp<?> _,
                        TopicEvent.Replaced<?> _,
                        TopicEvent.Progress<?> _ -> {}
            }
        }
        texts.remove(Restore.KEY);
        List<View> documents = new ArrayList<>();
        texts.forEach((key, text) -> documents.add(
                View.of(text, ResourceKey.parse(key).map(ResourceKey::namespace).orElse(""))));
        return new RunningMesh(
                documents,
                registrations.values().stream()
                        .map(one -> Workload.running(one.getNamespace(), one.getWorkload(), one.getLabels()))
                        .distinct()
                        .toList(),
                registrations.values().stream()
                        .flatMap(one -> one.getServices().stream())
                        .map(service -> new KnownHost(
                                service.getHost(),
                                service.getPorts().stream()
                                        .map(RegisteredPort::getNumber)
                                        .toList()))
                        .distinct()
                        .toList());
    }

    private static void remove(
            Topic<?> topic, String key, Map<String, String> texts, Map<String, Registration> registrations) {
        if (topic.name().equals(Topics.ACCEPTED.name())) {
            texts.remove(key);
        } else {
            registrations.remove(key);
        }
    }
}

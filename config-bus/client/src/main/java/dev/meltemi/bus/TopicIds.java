package dev.meltemi.bus;

import dev.meltemi.kafka.BrokerConnection;
import dev.meltemi.kafka.LogEvent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// The ids of topics that this process wrote to. Asked once; that a topic was replaced is learnt from what this
/// process follows.
final class TopicIds {
    private final BrokerConnection connection;
    private final Map<String, String> known = new ConcurrentHashMap<>();

    TopicIds(BrokerConnection connection) {
        this.connection = connection;
    }

    String of(String topic) {
        return known.computeIfAbsent(
                topic,
                name -> Objects.requireNonNull(
                                connection.describe(List.of(name)).get(name))
                        .topicId()
                        .toString());
    }

    void learn(LogEvent event) {
        switch (event) {
            case LogEvent.CaughtUp reached -> known.put(reached.topic(), reached.topicId());
            case LogEvent.Replaced replaced -> {
                // whoever replaced one may have replaced those, too, that nobody here follows
                known.clear();
                known.put(replaced.topic(), replaced.now());
            }
            case LogEvent.Appended _, LogEvent.Advanced _ -> {}
        }
    }
}

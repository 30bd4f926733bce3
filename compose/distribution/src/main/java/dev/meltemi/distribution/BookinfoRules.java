package dev.meltemi.distribution;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What the demo publishes first: the services of bookinfo and the way in.
final class BookinfoRules {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private BookinfoRules() {}

    /// Publishes them unless somebody has published anything before: a demo that is started again keeps its user's
    /// rules.
    static void publishTo(MeshBus bus) {
        if (anythingPublished(bus)) {
            return;
        }
        Flux.fromIterable(Documents.split(text()))
                .concatMap(document -> bus.publish(write(document.text())))
                .then()
                .block(PATIENCE);
    }

    private static boolean anythingPublished(MeshBus bus) {
        return Boolean.TRUE.equals(bus.follow(List.of(Topics.CONFIG))
                .<Boolean>handle((event, sink) -> {
                    // what ends a restore says nothing when there was nothing to restore
                    if (event instanceof TopicEvent.Put<?> put && !put.key().equals(Restore.KEY)) {
                        sink.next(true);
                    } else if (event instanceof TopicEvent.CaughtUp<?>) {
                        sink.next(false);
                    }
                })
                .next()
                .switchIfEmpty(Mono.just(false))
                .block(PATIENCE));
    }

    private static Write<byte[]> write(String document) {
        return switch (Documents.judge(document, Optional.empty())) {
            case Verdict.Accepted accepted ->
                Write.put(
                        Topics.CONFIG, accepted.resource().key().toString(), document.getBytes(StandardCharsets.UTF_8));
            case Verdict.Rejected rejected ->
                throw new IllegalStateException("the demo's own rules are refused: " + rejected.errors());
        };
    }

    private static String text() {
        try (InputStream in = BookinfoRules.class.getResourceAsStream("bookinfo.yaml")) {
            if (in == null) {
                throw new IllegalStateException("bookinfo.yaml is missing from the distribution");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

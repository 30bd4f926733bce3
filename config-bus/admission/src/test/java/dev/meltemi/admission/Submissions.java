package dev.meltemi.admission;

import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.LongFunction;

/// Records of `mesh.config` for tests, one second apart.
final class Submissions {
    static final String REVIEWS = "networking.istio.io/VirtualService/default/reviews";
    static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    static final LongFunction<AppliedBy> NOBODY = _ -> new AppliedBy(0, 0, List.of());

    private Submissions() {}

    static Offset at(long offset) {
        return new Offset("topic-1", 0, offset, START.plusSeconds(offset));
    }

    static Submission text(String key, long offset, String text) {
        return text(key, offset, text, Headers.NONE);
    }

    static Submission text(String key, long offset, String text, Headers headers) {
        return new Submission(key, text.getBytes(StandardCharsets.UTF_8), headers, at(offset));
    }

    static Submission tombstone(String key, long offset, Headers headers) {
        return new Submission(key, null, headers, at(offset));
    }

    static Headers ifVersion(long offset) {
        return Headers.NONE.with(Headers.IF_VERSION, Long.toString(offset));
    }

    static Headers by(String author) {
        return Headers.NONE.with(Headers.AUTHOR, author);
    }

    static Ruling rule(Submission submission, Known before) {
        return Ruling.on(submission, before, NOBODY, "mesh.config");
    }

    static String virtualService(String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: reviews
              namespace: default
            spec:
              hosts:
              - reviews
              http:
              - route:
                - destination:
                    host: reviews
                    subset: %s
            """.formatted(subset);
    }
}

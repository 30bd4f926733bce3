package dev.meltemi.proxy;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/// The `date` of our own answers, formatted at most once a second and loop.
final class HttpDate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long validUntil = Long.MIN_VALUE;
    private String text = "";

    static String now(Loop loop, ProxyPorts ports) {
        return loop.date.at(loop.now(), ports);
    }

    private String at(long nanos, ProxyPorts ports) {
        if (nanos >= validUntil) {
            text = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                    ports.clock().instant().atOffset(ZoneOffset.UTC));
            validUntil = nanos + SECOND;
        }
        return text;
    }
}

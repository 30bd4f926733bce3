package dev.meltemi.sidecar;

import dev.meltemi.proxy.ProxyServer;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// When it is known that a proxy goes. It has said so to the mesh and says so in each answer, but those who call it
/// hear of that one after the other: as long as connections and requests come, somebody doesn't know yet.
final class Farewell {
    private static final Duration LOOK = Duration.ofMillis(50);
    /// Without a connection left: those who call by new ones need as long to learn of the withdrawal.
    private static final Duration NOBODY = Duration.ofMillis(300);
    /// Who keeps a connection and has sent nothing for so long has others, or nothing to send.
    private static final Duration SILENCE = Duration.ofSeconds(1);
    /// Whoever still calls then calls whatever we say: an application that has nobody else, or a mesh without a bus.
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Farewell() {}

    /// @param drain all the time there is, of which this takes half at most
    static Mono<Void> heard(ProxyServer proxy, Duration drain) {
        Duration half = drain.dividedBy(2);
        return Flux.interval(Duration.ZERO, LOOK)
                .takeUntil(look -> isQuiet(proxy))
                .take(half.compareTo(LONGEST) < 0 ? half : LONGEST)
                .then();
    }

    private static boolean isQuiet(ProxyServer proxy) {
        Duration quiet = proxy.openConnections() == 0 ? NOBODY : SILENCE;
        return proxy.quietFor().compareTo(quiet) >= 0;
    }
}

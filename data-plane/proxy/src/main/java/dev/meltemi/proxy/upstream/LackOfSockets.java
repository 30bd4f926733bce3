package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import io.netty.channel.ConnectTimeoutException;
import java.util.List;

/// Tells an endpoint that can't be reached from a proxy that has nothing left to reach it with.
final class LackOfSockets {
    /// What C libraries say of EMFILE and ENFILE, and of EADDRNOTAVAIL, which is how connecting fails when all local
    /// ports towards an address are taken. Netty tells it by words only.
    private static final List<String> WORDS = List.of(
            "oo many open files",
            "o file descriptors available",
            "annot assign requested address",
            "ddress not available");

    private LackOfSockets() {}

    static Failure.Kind kind(Throwable why) {
        if (why instanceof ConnectTimeoutException) {
            return Failure.Kind.CONNECT_TIMEOUT;
        }
        String said = words(why);
        return WORDS.stream().anyMatch(said::contains) ? Failure.Kind.LOCAL : Failure.Kind.CONNECT;
    }

    /// The innermost cause that says something.
    static String words(Throwable why) {
        String said = String.valueOf(why.getMessage());
        for (Throwable at = why.getCause(); at != null; at = at.getCause()) {
            said = at.getMessage() == null || WORDS.stream().anyMatch(said::contains) ? said : at.getMessage();
        }
        return said;
    }
}

package dev.meltemi.proxy.names;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// How names are resolved.
///
/// @param servers that are asked, in this order; empty: those of this machine's resolv.conf
/// @param timeout of one question to one server
/// @param soonest that a name is asked for again, whatever its answer says of its time to live
/// @param latest likewise
/// @param atOnce questions under way; more names wait for their turn
public record NameSettings(
        List<InetSocketAddress> servers, Duration timeout, Duration soonest, Duration latest, int atOnce) {
    public static final NameSettings DEFAULT =
            new NameSettings(List.of(), Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofHours(1), 64);

    public NameSettings {
        servers = List.copyOf(servers);
    }

    public NameSettings with(List<InetSocketAddress> others) {
        return new NameSettings(others, timeout, soonest, latest, atOnce);
    }

    public NameSettings with(Duration questionTimeout, Duration askedAgain) {
        return new NameSettings(servers, questionTimeout, askedAgain, latest, atOnce);
    }
}

package dev.meltemi.proxy.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.routing.Names;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.tcp.TcpResources;

/// Through sockets, against a DNS server of our own.
class LiveNamesTest {
    private static final String NAME = "api.meltemi.test";
    private static final Duration LONG = Duration.ofSeconds(10);

    private DnsStub server;
    private LiveNames names;
    private final List<List<String>> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new DnsStub();
        var settings = new NameSettings(
                List.of(server.address()), Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofHours(1), 4);
        names = new LiveNames(
                settings,
                TcpResources.get(),
                new SplittableRandom(1),
                (name, addresses) -> told.add(
                        addresses.stream().map(InetAddress::getHostAddress).toList()));
    }

    @AfterEach
    void end() throws IOException {
        names.close();
        server.close();
    }

    private void follow(Duration refresh) {
        names.follow(new Names(Set.of(NAME), refresh));
    }

    @Test
    void every_address_of_an_answer_is_told() {
        server.answers(60, List.of("127.0.0.11", "127.0.0.12"));

        follow(LONG);

        await().untilAsserted(() -> assertThat(told).containsExactly(List.of("127.0.0.11", "127.0.0.12")));
        assertThat(server.questions()).isEqualTo(1);
    }

    @Test
    void a_name_is_asked_for_again_when_its_time_to_live_is_over() {
        server.answers(1, List.of("127.0.0.11"));
        follow(LONG);
        await().untilAsserted(() -> assertThat(told).hasSize(1));

        server.answers(1, List.of("127.0.0.12"));

        await().atMost(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(told).last().isEqualTo(List.of("127.0.0.12")));
    }

    @Test
    void an_answer_without_time_to_live_holds_as_long_as_the_mesh_says() {
        server.answers(0, List.of("127.0.0.11"));

        follow(Duration.ofMillis(300));

        await().untilAsserted(() -> assertThat(server.questions()).isBetween(3, 5));
        assertThat(told).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = "ANSWERS", mode = EnumSource.Mode.EXCLUDE)
    void a_server_that_fails_takes_no_address_away(DnsStub.Mode mode) {
        server.answers(0, List.of("127.0.0.11"));
        follow(Duration.ofMillis(100));
        await().untilAsserted(() -> assertThat(told).hasSize(1));

        server.becomes(mode);
        await().untilAsserted(() -> assertThat(names.counters().failures()).isGreaterThan(1));
        assertThat(told).containsExactly(List.of("127.0.0.11"));

        server.answers(0, List.of("127.0.0.12"));
        await().untilAsserted(() -> assertThat(told).last().isEqualTo(List.of("127.0.0.12")));
    }

    @Test
    void a_name_that_never_resolved_has_no_address_and_is_asked_for_ever_more_rarely() {
        server.becomes(DnsStub.Mode.NXDOMAIN);

        follow(LONG);

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(names.counters().failures()).isEqualTo(5));
        // after 50, 100, 200 and 400 ms
        assertThat(told).containsExactly(List.of());
    }

    @Test
    void five_hundred_addresses_are_fetched_by_tcp() {
        List<String> many = IntStream.range(0, 500)
                .mapToObj(i -> "127.1." + i / 250 + "." + (i % 250 + 1))
                .toList();
        server.answers(60, many);

        follow(LONG);

        await().untilAsserted(() -> assertThat(told).hasSize(1));
        assertThat(told.getFirst()).containsExactlyElementsOf(many);
        assertThat(server.byTcp()).isPositive();
    }

    @Test
    void a_name_that_nobody_needs_any_more_isnt_asked_for() {
        server.answers(0, List.of("127.0.0.11"));
        follow(Duration.ofMillis(50));
        await().untilAsserted(() -> assertThat(server.questions()).isGreaterThan(1));

        names.follow(Names.NONE);

        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(3))
                .until(server::questions, new Steady<>()::isSame);
    }

    /// Whether a value is the one of the time before.
    private static final class Steady<T> {
        private @Nullable T before;

        boolean isSame(T now) {
            boolean same = now.equals(before);
            before = now;
            return same;
        }
    }
}

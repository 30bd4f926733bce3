package dev.meltemi.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverloadTest {
    private double heap;
    private double direct;
    private double descriptors;
    private int connections;
    private int collections;

    private final Overload overload = new Overload(
            OverloadSettings.of(100).measuring(new Gauges() {
                @Override
                public double heap() {
                    return heap;
                }

                @Override
                public double directMemory() {
                    return direct;
                }

                @Override
                public double descriptors() {
                    return descriptors;
                }

                @Override
                public void collect() {
                    collections++;
                }
            }),
            () -> connections);

    private String state() {
        return (overload.reducesTimeouts() ? "reduce " : "")
                + (overload.closesIdle() ? "idle " : "")
                + (overload.sheds() ? "shed " : "")
                + (overload.rejects(1) ? "reject" : "");
    }

    @ParameterizedTest
    @CsvSource({
        "0.79, 0, 0, 0, ''",
        "0.80, 0, 0, 0, 'idle '",
        "0.90, 0, 0, 0, 'idle shed '",
        "0.95, 0, 0, 0, 'idle shed reject'",
        "0, 0.90, 0, 0, 'idle shed '",
        "0, 0, 0.85, 0, 'reduce '",
        "0, 0, 0.90, 0, 'reduce reject'",
        "0, 0, 0, 89, ''",
        "0, 0, 0, 90, 'reduce '"
    })
    void each_resource_has_marks_of_its_own(double heap, double direct, double descriptors, int open, String does) {
        this.heap = heap;
        this.direct = direct;
        this.descriptors = descriptors;
        this.connections = open;

        overload.measure(0);

        assertThat(state()).isEqualTo(does);
    }

    @Test
    void an_action_ends_a_little_below_its_mark() {
        heap = 0.91;
        overload.measure(0);
        heap = 0.86;

        overload.measure(1);

        assertThat(state()).isEqualTo("idle shed ");
        heap = 0.84;
        overload.measure(2);
        assertThat(state()).isEqualTo("idle ");
        heap = 0.74;
        overload.measure(3);
        assertThat(state()).isEmpty();
    }

    @Test
    void while_the_heap_is_too_full_it_is_collected_now_and_then_so_that_the_end_is_seen() {
        heap = 0.91;
        for (int tick = 0; tick < 100; tick++) {
            overload.measure(TimeUnit.MILLISECONDS.toNanos(100L * tick));
        }
        int whileFull = collections;
        heap = 0.1;

        for (int tick = 100; tick < 200; tick++) {
            overload.measure(TimeUnit.MILLISECONDS.toNanos(100L * tick));
        }

        assertThat(whileFull).isEqualTo(5);
        assertThat(collections).isEqualTo(whileFull);
    }

    @Test
    void one_connection_more_than_there_may_be_is_rejected() {
        overload.measure(0);

        assertThat(overload.rejects(100)).isFalse();
        assertThat(overload.rejects(101)).isTrue();
    }

    @Test
    void it_says_what_there_is_too_much_of() {
        heap = 0.93;
        descriptors = 0.82;
        overload.measure(0);

        overload.did(Action.STOP_ACCEPTING_REQUESTS);

        assertThat(overload.reason()).isEqualTo("heap 93%, descriptors 82%");
        assertThat(overload.figures())
                .containsEntry("heap.pressure", 93L)
                .containsEntry("connections.pressure", 0L)
                .containsEntry("stop_accepting_requests.active", 1L)
                .containsEntry("reject_incoming_connections.active", 0L)
                .containsEntry("stop_accepting_requests.done", 1L);
    }

    @ParameterizedTest
    @CsvSource({"20000, 9936", "1024, 448", "100, 16", "9223372036854775807, 2147483647"})
    void a_proxy_takes_as_many_connections_as_there_are_descriptors_for(long descriptors, int connections) {
        assertThat(OverloadSettings.connectionsWithin(descriptors)).isEqualTo(connections);
    }

    @Test
    void of_a_real_process_what_is_left_by_a_collection_is_measured() {
        var gauges = ProcessGauges.HERE;

        gauges.collect();

        assertThat(gauges.heap()).isBetween(0.001, 1.0);
        assertThat(gauges.directMemory()).isBetween(0.0, 1.0);
        assertThat(gauges.descriptors()).isBetween(0.00001, 1.0);
    }
}

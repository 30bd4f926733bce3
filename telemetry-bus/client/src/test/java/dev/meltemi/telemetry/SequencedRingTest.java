package dev.meltemi.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SequencedRingTest {
    @Test
    void items_come_out_in_order_under_their_numbers() {
        var ring = new SequencedRing<String>(4);

        ring.offer("a");
        ring.offer("b");

        assertThat(ring.poll()).isEqualTo(new SequencedRing.Item<>(0, "a"));
        assertThat(ring.poll()).isEqualTo(new SequencedRing.Item<>(1, "b"));
        assertThat(ring.poll()).isNull();
        assertThat(ring.dropped()).isZero();
    }

    @Test
    void a_full_ring_loses_its_oldest_and_the_numbers_show_it() {
        var ring = new SequencedRing<Integer>(4);

        var answers = new ArrayList<Boolean>();
        for (int i = 0; i < 6; i++) {
            answers.add(ring.offer(i));
        }

        assertThat(answers).containsExactly(true, true, true, true, false, false);
        assertThat(drained(ring)).extracting(SequencedRing.Item::sequence).containsExactly(2L, 3L, 4L, 5L);
        assertThat(ring.dropped()).isEqualTo(2);
    }

    @Test
    void it_goes_round_many_times() {
        var ring = new SequencedRing<Integer>(2);

        for (int i = 0; i < 1_000; i++) {
            ring.offer(i);
            assertThat(ring.poll()).isEqualTo(new SequencedRing.Item<>(i, i));
        }
    }

    @Test
    void with_several_writers_everything_arrives_once_or_is_counted_as_dropped() throws InterruptedException {
        var ring = new SequencedRing<Integer>(64);
        int writers = 3;
        int each = 100_000;
        var done = new CountDownLatch(writers);
        for (int writer = 0; writer < writers; writer++) {
            int first = writer * each;
            Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    ring.offer(first + i);
                }
                done.countDown();
            });
        }

        List<SequencedRing.Item<Integer>> items = new ArrayList<>();
        while (done.getCount() > 0) {
            items.addAll(drained(ring));
        }
        done.await();
        items.addAll(drained(ring));

        assertThat(items).extracting(SequencedRing.Item::sequence).isSorted().doesNotHaveDuplicates();
        Set<Integer> values = new HashSet<>();
        items.forEach(item -> values.add(item.value()));
        assertThat(values).hasSize(items.size());
        assertThat(items.size() + ring.dropped()).isEqualTo((long) writers * each);
    }

    @Test
    void a_capacity_that_is_no_power_of_two_is_refused() {
        assertThatThrownBy(() -> new SequencedRing<>(100)).hasMessageContaining("power of two");
    }

    private static <E> List<SequencedRing.Item<E>> drained(SequencedRing<E> ring) {
        var items = new ArrayList<SequencedRing.Item<E>>();
        for (var item = ring.poll(); item != null; item = ring.poll()) {
            items.add(item);
        }
        return items;
    }
}

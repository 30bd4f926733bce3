package dev.meltemi.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private final Fleet fleet = new Fleet(Duration.ofSeconds(15));
    private Instant brokerTime = START;

    @BeforeEach
    void on_topic() {
        fleet.countBy("t");
    }

    @Test
    void counts_those_at_or_beyond_the_offset_and_names_the_others() {
        heard("reviews-v1~1", 9);
        heard("reviews-v2~1", 10);
        heard("ratings-v1~1", -1);

        assertThat(fleet.applied(10))
                .isEqualTo(new AppliedBy(
                        1,
                        3,
                        List.of(
                                "ratings-v1~1 (without a revision, last seen 0 s ago)",
                                "reviews-v1~1 (at offset 9, last seen 0 s ago)")));
    }

    @Test
    void nobody_has_applied_anything_when_nobody_lives() {
        assertThat(fleet.applied(3).everywhere()).isFalse();
    }

    @Test
    void a_revision_of_another_topic_counts_for_nothing() {
        fleet.heard(Heartbeats.of("a~1", "other", 100), brokerTime);

        assertThat(fleet.applied(3).n()).isZero();
    }

    @Test
    void a_fleet_heard_before_the_topic_was_known_counts_once_it_is() {
        fleet.heard(Heartbeats.of("a~1", "later", 100), brokerTime);

        fleet.countBy("later");

        assertThat(fleet.applied(100).everywhere()).isTrue();
    }

    @Test
    void who_is_silent_for_a_lease_while_others_speak_no_longer_counts() {
        heard("dead~1", 5);
        heard("alive~1", 5);

        boolean somebody = seconds(16, "alive~1");

        assertThat(somebody).isTrue();
        assertThat(fleet.applied(5)).isEqualTo(new AppliedBy(1, 1, List.of()));
    }

    @Test
    void the_only_sidecar_dies_by_silence_alone() {
        heard("only~1", 5);

        seconds(16);

        assertThat(fleet.size()).isZero();
    }

    @Test
    void heartbeats_that_arrive_late_but_are_as_new_as_the_others_live() {
        heard("a~1", 5);
        heard("b~1", 5);
        fleet.look(Duration.ofSeconds(16));

        // both were sent at the same broker time; b's partition is read later
        fleet.heard(Heartbeats.of("a~1", "t", 5), START.plusSeconds(14));
        fleet.look(Duration.ofSeconds(1));

        assertThat(fleet.size()).isEqualTo(1);
    }

    @Test
    void a_newer_start_of_the_same_name_replaces_the_older_and_the_older_stays_away() {
        heard("reviews-v1~1700000000000", 5);
        heard("reviews-v1~1700000009999", -1);
        heard("reviews-v1~1700000000000", 9);

        assertThat(fleet.size()).isEqualTo(1);
        assertThat(fleet.applied(5).laggards())
                .containsExactly("reviews-v1~1700000009999 (without a revision, last seen 0 s ago)");
    }

    @Test
    void a_heartbeat_says_what_it_changed() {
        assertThat(heard("a~1", 5)).isEqualTo(new Fleet.Change.Membership());
        assertThat(heard("a~1", 5)).isEqualTo(new Fleet.Change.Nothing());
        assertThat(heard("a~1", 8)).isEqualTo(new Fleet.Change.Moved(5, 8));
    }

    @Test
    void names_at_most_ten_laggards() {
        for (int i = 0; i < 13; i++) {
            heard("sidecar-%02d~1".formatted(i), 1);
        }

        assertThat(fleet.applied(2).laggards()).hasSize(11).last().isEqualTo("and 3 more");
    }

    private Fleet.Change heard(String instance, long offset) {
        return fleet.heard(Heartbeats.of(instance, "t", offset), brokerTime);
    }

    /// Seconds in which only these send heartbeats.
    private boolean seconds(int seconds, String... speaking) {
        boolean somebodyFellSilent = false;
        for (int i = 0; i < seconds; i++) {
            brokerTime = brokerTime.plusSeconds(1);
            for (var instance : speaking) {
                heard(instance, 5);
            }
            somebodyFellSilent |= fleet.look(Duration.ofSeconds(1));
        }
        return somebodyFellSilent;
    }
}

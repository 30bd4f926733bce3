package dev.meltemi.admission;

import static dev.meltemi.admission.Submissions.REVIEWS;
import static dev.meltemi.admission.Submissions.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.Condition;
import dev.meltemi.schemas.ConfigStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusCountsTest {
    private final Ledger ledger = new Ledger();
    private final Fleet fleet = new Fleet(Duration.ofSeconds(15));
    private final StatusCounts counts = new StatusCounts(ledger, fleet, Duration.ofSeconds(10));

    @BeforeEach
    void seven_sidecars_and_one_document_at_offset_5() {
        fleet.countBy("t");
        for (int i = 0; i < 7; i++) {
            heard(i, 4);
        }
        known(REVIEWS, State.Accepted, 5);
        counts.verdict(REVIEWS, START);
    }

    @Test
    void a_wave_of_heartbeats_writes_the_full_count_only() {
        int writes = 0;
        for (int i = 0; i < 7; i++) {
            heard(i, 5);
            writes += counts.due(List.of(REVIEWS), START.plusMillis(20 + i)).size();
        }

        assertThat(writes).isEqualTo(1);
        assertThat(status().appliedBy()).isEqualTo(new AppliedBy(7, 7, List.of()));
        assertThat(programmed().status()).isEqualTo("True");
    }

    @Test
    void who_waits_long_sees_partial_counts() {
        heard(0, 5);
        counts.due(List.of(REVIEWS), START.plusMillis(20));

        var due = counts.dueOnTick(START.plusMillis(520));

        assertThat(due).containsOnlyKeys(REVIEWS);
        assertThat(status().appliedBy().n()).isEqualTo(1);
        assertThat(programmed().message()).isEqualTo("applied on 1/7 sidecars");
    }

    @Test
    void what_says_the_same_is_not_written_again() {
        counts.recount(ledger.keys());
        counts.dueOnTick(START.plusSeconds(1));
        counts.recount(ledger.keys());
        fleet.look(Duration.ofSeconds(3));

        assertThat(counts.dueOnTick(START.plusSeconds(9))).isEmpty();
    }

    @Test
    void a_sidecar_that_joins_changes_thousands_of_statuses_in_slices() {
        for (int i = 0; i < 1000; i++) {
            known("networking.istio.io/VirtualService/default/rule-" + i, State.Accepted, 1000 + i);
        }
        counts.recount(ledger.keys());

        assertThat(counts.dueOnTick(START.plusSeconds(1))).hasSizeLessThan(300);
    }

    @Test
    void a_deletion_is_shown_for_a_while_after_everybody_applied_it() {
        known(REVIEWS, State.Deleted, 5);
        assertThat(counts.shownDeletions(START.plusSeconds(60))).isEmpty();
        for (int i = 0; i < 7; i++) {
            heard(i, 5);
        }

        assertThat(counts.shownDeletions(START.plusSeconds(61))).isEmpty();
        assertThat(counts.shownDeletions(START.plusSeconds(71))).containsExactly(REVIEWS);
    }

    private void heard(int sidecar, long offset) {
        fleet.heard(Heartbeats.of("sidecar-" + sidecar, "t", offset), START);
    }

    private void known(String key, State state, long offset) {
        var nobody = new AppliedBy(0, 0, List.of());
        var conditions = Conditions.of(state, "", offset, offset, nobody, Optional.empty(), START);
        var status = new ConfigStatus(state, offset, offset, conditions, List.of(), List.of(), nobody);
        ledger.put(key, new Known(Optional.empty(), Optional.of(status)));
    }

    private ConfigStatus status() {
        return ledger.known(REVIEWS).status().orElseThrow();
    }

    private Condition programmed() {
        return status().conditions().getLast();
    }
}

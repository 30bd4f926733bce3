package dev.meltemi.admission;

import static dev.meltemi.admission.Submissions.REVIEWS;
import static dev.meltemi.admission.Submissions.rule;
import static dev.meltemi.admission.Submissions.text;
import static dev.meltemi.admission.Submissions.tombstone;
import static dev.meltemi.admission.Submissions.virtualService;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Headers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ContradictionsTest {
    private static final String SUBSETS = "networking.istio.io/DestinationRule/default/reviews";
    private static final String DESTINATION_RULE = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews, namespace: default}
        spec:
          host: reviews
          subsets: [{name: v1, labels: {version: v1}}]
        """;

    private final Ledger ledger = new Ledger();
    private final Contradictions contradictions = new Contradictions(ledger);

    private void judged(Submission submission) {
        ledger.put(
                submission.key(),
                rule(submission, ledger.known(submission.key())).after());
        contradictions.look(submission.key());
    }

    private List<String> codes(String key) {
        return ledger.known(key).status().map(ConfigStatus::messages).orElse(List.of()).stream()
                .map(Message::code)
                .toList();
    }

    @Test
    void a_rule_that_names_what_is_not_there_is_accepted_and_warned() {
        judged(text(REVIEWS, 1, virtualService("v1")));

        Map<String, ConfigStatus> changed = contradictions.changed();

        assertThat(changed).containsOnlyKeys(REVIEWS);
        var status = Objects.requireNonNull(changed.get(REVIEWS));
        assertThat(status.state()).isEqualTo(State.Accepted);
        assertThat(status.messages()).singleElement().satisfies(message -> {
            assertThat(message.code()).isEqualTo("IST0101");
            assertThat(message.level()).isEqualTo("Warning");
            assertThat(message.text()).contains("reviews+v1");
            assertThat(message.line()).isEqualTo(13);
        });
    }

    @Test
    void the_warning_goes_when_the_other_document_comes_and_returns_when_it_goes() {
        judged(text(REVIEWS, 1, virtualService("v1")));
        contradictions.changed();

        judged(text(SUBSETS, 2, DESTINATION_RULE));
        assertThat(contradictions.changed()).containsOnlyKeys(REVIEWS);
        assertThat(codes(REVIEWS)).isEmpty();

        judged(tombstone(SUBSETS, 3, Headers.NONE));
        assertThat(contradictions.changed()).containsOnlyKeys(REVIEWS);
        assertThat(codes(REVIEWS)).containsExactly("IST0101");
    }

    @Test
    void what_arrives_together_is_judged_together() {
        judged(text(REVIEWS, 1, virtualService("v1")));
        judged(text(SUBSETS, 2, DESTINATION_RULE));

        assertThat(contradictions.changed()).isEmpty();
    }

    @Test
    void a_refused_version_says_why_it_was_refused_and_nothing_else() {
        judged(text(REVIEWS, 1, virtualService("v1")));
        contradictions.changed();

        judged(text(REVIEWS, 2, "nonsense: ["));

        assertThat(contradictions.changed()).isEmpty();
        assertThat(codes(REVIEWS)).containsExactly("MESH0101");
    }

    @Test
    void a_change_that_touches_many_is_looked_at_in_steps() {
        for (int i = 0; i < 250; i++) {
            String name = "r" + i;
            judged(text(
                    REVIEWS.replace("reviews", name),
                    i,
                    virtualService("v1")
                            .replace("name: reviews", "name: " + name)
                            .replace("- reviews", "- " + name)));
        }

        int steps = 0;
        int warned = 0;
        for (var changed = contradictions.changed(); !changed.isEmpty(); changed = contradictions.changed()) {
            steps++;
            warned += changed.size();
        }

        assertThat(warned).isEqualTo(250);
        assertThat(steps).isEqualTo(3);
    }
}

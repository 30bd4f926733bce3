package dev.meltemi.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.routing.Retries.Condition;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class FailureWordsTest {
    private static ProxyFailure failure(String word) {
        return switch (word) {
            case "NoRoute" -> new ProxyFailure.NoRoute();
            case "NoCluster" -> new ProxyFailure.NoCluster("outbound|80||absent", 503);
            case "NoHealthy" -> new ProxyFailure.NoHealthyEndpoint("outbound|80||empty");
            case "ConnectRefused" -> new ProxyFailure.ConnectFailed("Connection refused");
            case "ConnectTimeout" -> new ProxyFailure.ConnectFailed("connection timeout");
            case "ResetUnsent" -> new ProxyFailure.UpstreamReset("", false);
            case "ResetSent" -> new ProxyFailure.UpstreamReset("");
            case "AnswerCut" -> new ProxyFailure.AnswerCut("");
            case "Timeout" -> new ProxyFailure.UpstreamTimeout(Duration.ofSeconds(1));
            case "TryTimeout" -> new ProxyFailure.TryTimeout(Duration.ofSeconds(1));
            case "Overflow" -> new ProxyFailure.Overflow("pool");
            case "Loop" -> new ProxyFailure.RequestLoop("127.0.0.1:15001");
            case "BadAnswer" -> new ProxyFailure.BadUpstreamResponse("");
            case "Malformed" -> new ProxyFailure.MalformedRequest(431, "headers too long");
            case "Gone" -> new ProxyFailure.DownstreamClosed();
            case "Aborted" -> new ProxyFailure.InjectedAbort(418);
            case "Refusing" -> new ProxyFailure.Refusing("closed port");
            case "Overloaded" -> new ProxyFailure.Overloaded("heap 93%");
            case "NoSocket" -> new ProxyFailure.NoSocket("Too many open files");
            default -> throw new IllegalArgumentException("no such failure: " + word);
        };
    }

    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvFileSource(resources = "failures.csv", numLinesToSkip = 1, delimiter = ';', emptyValue = "")
    void a_failure_is_told_in_Envoy_s_words(String word, int status, String flag, String details, String retriedOn) {
        FailureWords words = FailureWords.of(failure(word));

        assertThat(words.status()).isEqualTo(status);
        assertThat(words.flag()).isEqualTo(flag);
        assertThat(words.details()).isEqualTo(details).doesNotContain(" ");
        if (retriedOn.equals("-")) {
            assertThat(words.retriedOn()).isEmpty();
        } else {
            assertThat(words.retriedOn()).contains(Condition.valueOf(retriedOn));
        }
    }
}

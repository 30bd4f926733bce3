package dev.meltemi.ca;

import static dev.meltemi.ca.Mesh.REVIEWS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Keys, tokens and passphrases stay where they are: looked for in every byte of every topic and in every log line,
/// also those of refusals.
class NothingSecretTest {
    @TempDir
    Path files;

    @Test
    void no_key_token_or_passphrase_enters_a_topic_or_a_log() throws Exception {
        var heard = new ListAppender<ILoggingEvent>();
        heard.start();
        var root = (Logger) LoggerFactory.getLogger("dev.meltemi");
        var level = root.getLevel();
        root.addAppender(heard);
        root.setLevel(Level.TRACE);
        try (var mesh = new Mesh(files, Duration.ofHours(24))) {
            var token = mesh.token(REVIEWS, true);
            var workload = mesh.workload(REVIEWS, "reviews-v1.default", token);
            await().atMost(30, SECONDS).until(() -> workload.get() != null);
            var thief = mesh.workload(REVIEWS, "thief", token);
            await().atMost(30, SECONDS).until(() -> !thief.trouble().isEmpty());
            var broken = mesh.workload(REVIEWS, "broken", token.substring(0, token.length() - 9) + "AAAAAAAAA");
            await().atMost(30, SECONDS).until(() -> !broken.trouble().isEmpty());

            var secrets = new ArrayList<String>();
            secrets.add(token.substring(token.lastIndexOf('.') + 1, token.length() - 9));
            secrets.add(token.split("\\.", -1)[1]);
            secrets.add(Files.readString(files.resolve("ca/ca/passphrase")).strip());
            secrets.addAll(keyLines(files.resolve("state-reviews-v1.default/identity.pem")));
            secrets.addAll(keyLines(files.resolve("ca/operator/key.pem")));
            secrets.add("PRIVATE KEY");

            assertThat(secrets).hasSize(6).allMatch(secret -> secret.length() > 8);
            assertThat(onTheBus(mesh)).contains("BEGIN CERTIFICATE").doesNotContain(secrets);
            var said = heard.list.stream()
                    .map(event -> event.getFormattedMessage() + " " + Arrays.toString(event.getArgumentArray()))
                    .collect(Collectors.joining("\n"));
            assertThat(said).contains("event=refused").doesNotContain(secrets);
        } finally {
            root.detachAppender(heard);
            root.setLevel(level);
        }
    }

    /// The lines of a PEM file's private key.
    private static List<String> keyLines(Path file) throws Exception {
        var text = Files.readString(file);
        var key = text.substring(text.indexOf("BEGIN PRIVATE KEY-----") + 22, text.indexOf("-----END PRIVATE KEY"));
        return key.strip().lines().filter(line -> line.length() > 20).skip(1).toList();
    }

    private static String onTheBus(Mesh mesh) {
        return String.join(
                "\n",
                Objects.requireNonNull(mesh.bus
                        .follow(Topics.all())
                        .take(Duration.ofSeconds(1))
                        .<String>handle((event, sink) -> {
                            if (event instanceof TopicEvent.Put<?> put) {
                                sink.next(
                                        put.key() + new String(put.raw(), StandardCharsets.ISO_8859_1) + put.headers());
                            }
                        })
                        .collectList()
                        .block(Duration.ofSeconds(10))));
    }
}

package dev.meltemi.bus.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastKnownGoodTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path folder;

    private LastKnownGood at(Instant now) {
        return new LastKnownGood(folder, Duration.ofDays(1), InstantSource.fixed(now));
    }

    private static List<SavedRecord> service(String host) {
        return List.of(
                new SavedRecord("routes", host, new byte[] {1, 2, 3}, Headers.NONE.with(Headers.AUTHOR, "somebody")));
    }

    private Optional<SavedState> load(Instant now) {
        return at(now).load(saved -> saved);
    }

    private static Revision revision(long offset) {
        return new Revision("id", offset, offset);
    }

    private void saveTwice() {
        at(NOW).save(revision(1), service("old"));
        var second = at(NOW.plusSeconds(1));
        second.load(saved -> saved);
        second.save(revision(2), service("new"));
    }

    @Test
    void nothing_is_loaded_from_an_empty_folder() {
        assertThat(load(NOW)).isEmpty();
    }

    @Test
    void the_newer_of_two_files_is_loaded() {
        saveTwice();

        var loaded = load(NOW.plusSeconds(2)).orElseThrow();

        assertThat(loaded.revision()).isEqualTo(revision(2));
        assertThat(loaded.records()).extracting(SavedRecord::key).containsExactly("new");
        assertThat(loaded.records().getFirst().headers().last(Headers.AUTHOR)).contains("somebody");
    }

    @Test
    void a_damaged_file_gives_way_to_the_one_before() throws IOException {
        saveTwice();
        Path newest = folder.resolve("last-known-good.1");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(newest, bytes);

        var loaded = load(NOW.plusSeconds(2)).orElseThrow();

        assertThat(loaded.revision()).isEqualTo(revision(1));
    }

    @Test
    void a_truncated_file_gives_way_to_the_one_before() throws IOException {
        saveTwice();
        Path newest = folder.resolve("last-known-good.1");
        Files.write(newest, new byte[] {1, 2});

        var loaded = load(NOW.plusSeconds(2)).orElseThrow();

        assertThat(loaded.revision()).isEqualTo(revision(1));
    }

    @Test
    void a_file_older_than_a_day_is_refused() {
        saveTwice();

        assertThat(load(NOW.plus(Duration.ofHours(25)))).isEmpty();
    }

    @Test
    void a_file_that_its_reader_does_not_understand_gives_way_to_the_one_before() {
        saveTwice();

        var loaded = at(NOW.plusSeconds(2)).load(saved -> {
            if (saved.revision().equals(revision(2))) {
                throw new MalformedRecordException("of a newer version");
            }
            return saved;
        });

        assertThat(loaded.orElseThrow().revision()).isEqualTo(revision(1));
    }

    @Test
    void a_write_spares_the_newest_file() {
        saveTwice();
        var restarted = at(NOW.plusSeconds(3));
        restarted.load(saved -> saved);

        restarted.save(revision(3), service("newest"));

        assertThat(folder.resolve("last-known-good.1")).exists();
        assertThat(load(NOW.plusSeconds(4)).orElseThrow().revision()).isEqualTo(revision(3));
    }

    @Test
    void a_write_that_fails_is_counted_and_leaves_what_was_there() throws IOException {
        saveTwice();
        var files = at(NOW.plusSeconds(2));
        files.load(saved -> saved);
        // a folder in the draft's place: nobody can write there, not even root
        Files.createDirectories(folder.resolve("last-known-good.draft").resolve("in-the-way"));

        boolean written = files.save(revision(3), service("newest"));

        assertThat(written).isFalse();
        assertThat(files.failures()).isEqualTo(1);
        assertThat(load(NOW.plusSeconds(3)).orElseThrow().revision()).isEqualTo(revision(2));
    }
}

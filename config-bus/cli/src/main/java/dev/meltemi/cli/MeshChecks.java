package dev.meltemi.cli;

import dev.meltemi.cli.MeshPicture.Beat;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Of a mesh that runs, by what stands on its topics.
///
/// @param leaders where the active process of a service is, empty for none
record MeshChecks(MeshPicture picture, Function<String, Optional<String>> leaders, Instant now) {
    private static final String CONTROL = "control-plane";
    private static final String DATA = "data-plane";
    private static final String CONFIG = "config";
    private static final String START =
            "is `meltemi control` running, and what does it say? curl http://127.0.0.1:15014/healthz/ready";
    /// Half of an hour: a sidecar that rotates before its leaf's half-life never comes near.
    private static final Duration SOON = Duration.ofMinutes(30);

    List<Check> all() {
        var checks = new ArrayList<Check>();
        checks.add(led("admission"));
        checks.add(judged());
        checks.add(led("route-compiler"));
        checks.add(compiled());
        checks.add(beats());
        checks.add(silent());
        checks.add(behind());
        checks.add(refusing());
        checks.add(dropping());
        checks.add(expiring());
        checks.add(rejected());
        checks.add(notInForce());
        return checks;
    }

    private Check led(String service) {
        var leader = leaders.apply(service);
        return leader.map(where -> Check.ok(CONTROL, service + " is led by " + where))
                .orElseGet(() -> Check.error(CONTROL, service + " is led by a process", "nobody has the role", START));
    }

    private Check judged() {
        String description = "every record of mesh.config is judged";
        var waiting = picture.desired.entrySet().stream()
                .filter(one -> picture.status(one.getKey())
                        .filter(status ->
                                status.observedOffset() >= one.getValue().at().number())
                        .isEmpty())
                .map(one -> one.getKey() + " (offset " + one.getValue().at().number() + ")")
                .toList();
        return waiting.isEmpty()
                ? Check.ok(CONTROL, description)
                : Check.error(CONTROL, description, "waiting: " + listed(waiting), START);
    }

    private Check compiled() {
        String description = "the newest accepted change is compiled";
        long accepted = picture.statuses.values().stream()
                .mapToLong(ConfigStatus::lastAcceptedOffset)
                .max()
                .orElse(-1);
        long compiled = picture.cut().map(cut -> cut.getConfigOffset()).orElse(-1L);
        return compiled >= accepted
                ? Check.ok(CONTROL, description)
                : Check.error(CONTROL, description, "accepted offset " + accepted + ", compiled " + compiled, START);
    }

    private Check beats() {
        String description = "sidecars send heartbeats";
        return picture.beats.isEmpty()
                ? Check.warning(DATA, description, "nobody does", "start one: `meltemi sidecar --help`")
                : Check.ok(DATA, description + " (" + picture.beats.size() + ")");
    }

    private Check silent() {
        return of(
                "every heartbeat is fresh",
                beat -> age(beat).compareTo(Fleet.ALIVE) > 0,
                Check.Result.error,
                beat -> name(beat) + " (for " + DurationText.of(age(beat)) + ")",
                "is its process alive, does it reach the broker?");
    }

    private Check behind() {
        long newest = picture.cut().map(cut -> cut.getSequence()).orElse(-1L);
        return of(
                "every sidecar runs the newest revision",
                beat -> isAlive(beat)
                        && (beat.heartbeat().getSequence() < newest
                                || beat.heartbeat().getStale()),
                Check.Result.error,
                beat -> name(beat) + " (sequence " + beat.heartbeat().getSequence() + " of " + newest
                        + (beat.heartbeat().getStale() ? ", from its file" : "") + ")",
                "`meltemi proxy-status` shows why");
    }

    private Check refusing() {
        return of(
                "no sidecar refuses a revision",
                beat -> isAlive(beat) && !beat.heartbeat().getRefusals().isEmpty(),
                Check.Result.error,
                beat -> name(beat) + ": " + String.join("; ", beat.heartbeat().getRefusals()),
                "it keeps the last good one; `meltemi history` shows what changed");
    }

    private Check dropping() {
        return of(
                "no sidecar dropped telemetry",
                beat -> beat.heartbeat().getTelemetryDropped() > 0,
                Check.Result.warning,
                beat -> name(beat) + " (" + beat.heartbeat().getTelemetryDropped() + " events)",
                "the broker was away, or is too slow for the traffic");
    }

    private Check expiring() {
        var expired = of(
                "certificates are valid",
                beat -> isAlive(beat) && left(beat).map(Duration::isNegative).orElse(false),
                Check.Result.error,
                MeshChecks::name,
                "`meltemi cert rotate` orders new ones; is the CA running?");
        return expired.result() == Check.Result.success
                ? of(
                        "certificates are valid for a while",
                        beat -> isAlive(beat)
                                && left(beat)
                                        .map(rest -> rest.compareTo(SOON) < 0)
                                        .orElse(false),
                        Check.Result.warning,
                        beat -> name(beat) + " (for "
                                + left(beat).map(DurationText::of).orElse("-") + ")",
                        "they are renewed before their half-life: is the CA running?")
                : expired;
    }

    private Check rejected() {
        var rejected = picture.statuses.entrySet().stream()
                .filter(one -> one.getValue().state() == ConfigStatus.State.Rejected)
                .map(one -> one.getKey()
                        + (one.getValue().messages().isEmpty()
                                ? ""
                                : ": " + one.getValue().messages().getFirst().text()))
                .toList();
        String description = "no document is refused";
        return rejected.isEmpty()
                ? Check.ok(CONFIG, description)
                : Check.warning(
                        CONFIG, description, listed(rejected), "the version before stays in force; publish it mended");
    }

    private Check notInForce() {
        var ignored = picture.statuses.entrySet().stream()
                .filter(one -> !one.getValue().notInForce().isEmpty())
                .map(one ->
                        one.getKey() + ": " + String.join(", ", one.getValue().notInForce()))
                .toList();
        String description = "everything that was accepted is in force";
        return ignored.isEmpty()
                ? Check.ok(CONFIG, description)
                : Check.warning(
                        CONFIG,
                        description,
                        listed(ignored),
                        "these features are not implemented; `meltemi get -o wide` lists them");
    }

    private Check of(
            String description,
            Predicate<Beat> isWrong,
            Check.Result result,
            Function<Beat, String> words,
            String hint) {
        var wrong = picture.beats.values().stream()
                .filter(beat -> !beat.heartbeat().getDraining())
                .filter(isWrong)
                .map(words)
                .toList();
        return wrong.isEmpty()
                ? Check.ok(DATA, description)
                : new Check(DATA, description, result, listed(wrong), hint);
    }

    private boolean isAlive(Beat beat) {
        return age(beat).compareTo(Fleet.ALIVE) <= 0;
    }

    private Duration age(Beat beat) {
        return Duration.between(beat.at().brokerTime(), picture.reference(now));
    }

    private Optional<Duration> left(Beat beat) {
        return Optional.ofNullable(beat.heartbeat().getCertificateNotAfter()).map(end -> Duration.between(now, end));
    }

    private static String name(Beat beat) {
        Heartbeat heartbeat = beat.heartbeat();
        return heartbeat.getWorkload() + "." + heartbeat.getNamespace();
    }

    private static String listed(List<String> names) {
        int most = 10;
        return names.size() <= most
                ? String.join("\n", names)
                : String.join("\n", names.subList(0, most)) + "\nand " + (names.size() - most) + " more";
    }
}

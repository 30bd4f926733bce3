package dev.meltemi.cli;

import dev.meltemi.cli.MeshPicture.Version;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ResourceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One document as `get` shows it.
///
/// @param desired the newest version that somebody wrote
/// @param inForce the newest valid one
record DocumentRow(
        ResourceKey key,
        Optional<Version> desired,
        Optional<Version> inForce,
        Optional<ConfigStatus> status,
        Fleet fleet) {
    static List<DocumentRow> of(MeshPicture picture, List<Target> targets, String namespace, boolean all, Instant now) {
        var keys = new TreeSet<>(picture.desired.keySet());
        keys.addAll(picture.accepted.keySet());
        var rows = new ArrayList<DocumentRow>();
        for (String text : keys) {
            ResourceKey.parse(text)
                    .filter(key -> targets.stream().anyMatch(target -> target.matches(key, namespace, all)))
                    .ifPresent(key -> rows.add(of(picture, key, now)));
        }
        return rows;
    }

    private static DocumentRow of(MeshPicture picture, ResourceKey key, Instant now) {
        var desired = Optional.ofNullable(picture.desired.get(key.toString()));
        var status = Optional.ofNullable(picture.statuses.get(key.toString()));
        String topicId = desired.map(version -> version.at().topicId()).orElse("");
        long inForce = status.map(ConfigStatus::lastAcceptedOffset).orElse(-1L);
        var fleet = inForce < 0
                ? new Fleet(0, 0, List.of())
                : Fleet.at(picture.beats.values(), topicId, inForce, picture.reference(now));
        return new DocumentRow(key, desired, Optional.ofNullable(picture.accepted.get(key.toString())), status, fleet);
    }

    /// Offset of the newest record of this key.
    long offset() {
        return desired.map(version -> version.at().number())
                .or(() -> status.map(ConfigStatus::observedOffset))
                .orElse(-1L);
    }

    String state() {
        return status.filter(known -> known.observedOffset() >= offset())
                .map(known -> known.state().name())
                .orElse("Pending");
    }

    String applied() {
        return status.isEmpty() || status.get().lastAcceptedOffset() < 0 ? "-" : fleet.applied() + "/" + fleet.of();
    }

    String age(Instant now) {
        return desired.map(
                        version -> DurationText.of(Duration.between(version.at().brokerTime(), now)))
                .orElse("-");
    }

    String message() {
        return status.flatMap(known -> known.messages().stream()
                        .map(ConfigStatus.Message::text)
                        .findFirst()
                        .or(() -> refused(known))
                        .or(() -> Optional.of(known.notInForce())
                                .filter(list -> !list.isEmpty())
                                .map(list -> "not in force: " + String.join("; ", list))))
                .orElse("-");
    }

    /// What other documents of the Gateway API object to: a parent to its route, or a gateway's listener that isn't
    /// open.
    private static Optional<String> refused(ConfigStatus status) {
        Stream<String> parents = status.parents().stream()
                .flatMap(parent ->
                        no(parent.parentRef().kind() + " " + parent.parentRef().name(), parent.conditions()));
        Stream<String> listeners = status.listeners().stream()
                .flatMap(listener -> no("listener " + listener.name(), listener.conditions()));
        return Stream.concat(parents, listeners).findFirst();
    }

    private static Stream<String> no(String who, List<ConfigStatus.Condition> conditions) {
        return conditions.stream()
                .filter(one -> one.status().equals("False") && !one.type().equals("Conflicted"))
                .map(one -> who + ": " + one.reason() + ", " + one.message());
    }

    /// What is in force, or what was written while nothing is.
    String text() {
        return inForce.or(() -> desired).map(Version::text).orElse("");
    }
}

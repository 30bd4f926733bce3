package dev.meltemi.cli;

import dev.meltemi.schemas.ResourceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a command is about: `vs`, `vs reviews`, `vs/reviews`, or the whole key.
///
/// @param kind empty for `all`
record Target(Optional<Kind> kind, Optional<String> name, Optional<String> namespace) {
    /// @param words `KIND`, `KIND NAME…`, `KIND/NAME…` or keys as they stand on the topic
    static List<Target> of(List<String> words) {
        var targets = new ArrayList<Target>();
        if (words.isEmpty()) {
            return targets;
        }
        if (words.stream().allMatch(word -> word.contains("/"))) {
            words.forEach(word -> targets.add(slashed(word)));
            return targets;
        }
        Optional<Kind> kind = kind(words.getFirst());
        if (words.size() == 1) {
            return List.of(new Target(kind, Optional.empty(), Optional.empty()));
        }
        for (String name : words.subList(1, words.size())) {
            targets.add(new Target(kind, Optional.of(name), Optional.empty()));
        }
        return targets;
    }

    private static Target slashed(String word) {
        var key = ResourceKey.parse(word);
        if (key.isPresent()) {
            return new Target(
                    Optional.of(Kind.named(key.get().kind() + "." + key.get().group())),
                    Optional.of(key.get().name()),
                    Optional.of(key.get().namespace()));
        }
        int slash = word.indexOf('/');
        return new Target(kind(word.substring(0, slash)), Optional.of(word.substring(slash + 1)), Optional.empty());
    }

    private static Optional<Kind> kind(String word) {
        return word.equals("all") ? Optional.empty() : Optional.of(Kind.named(word));
    }

    boolean matches(ResourceKey key, String defaultNamespace, boolean allNamespaces) {
        return kind.map(k -> k.name().equals(key.kind()) && k.group().equals(key.group()))
                        .orElse(true)
                && name.map(n -> n.equals(key.name())).orElse(true)
                && namespace
                        .map(n -> n.equals(key.namespace()))
                        .orElse(allNamespaces
                                || key.namespace().equals(defaultNamespace)
                                || key.namespace().equals("-"));
    }

    /// @throws CommandFailure when kind or name are missing
    ResourceKey key(String defaultNamespace) {
        if (kind.isEmpty() || name.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "say which one: KIND/NAME, for example virtualservice/reviews");
        }
        String where = kind.get().namespaced() ? namespace.orElse(defaultNamespace) : "-";
        return new ResourceKey(kind.get().group(), kind.get().name(), where, name.get());
    }

    /// `virtualservice/reviews`, as kubectl names what it changed.
    static String shortName(ResourceKey key) {
        return key.kind().toLowerCase(Locale.ROOT) + "/" + key.name();
    }
}

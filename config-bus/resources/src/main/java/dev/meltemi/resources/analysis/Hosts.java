package dev.meltemi.resources.analysis;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Suggestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which hosts exist, and for which namespaces.
final class Hosts {
    static final String EVERYWHERE = "*";
    private static final String SUFFIX = ".svc.cluster.local";
    private static final String EXPORT_TO = "networking.istio.io/exportTo";

    /// Names among which the one that was meant is looked for.
    private static final int MOST_SUGGESTED = 2_000;

    /// Names of one document, times those that see it: more than people write, and little enough to look at.
    private static final int MOST_OF_ONE = 20_000;

    private final Map<Scoped, Host> hosts = new LinkedHashMap<>();
    /// By what follows the star.
    private final Map<String, List<Map.Entry<Scoped, Host>>> wildcards = new HashMap<>();

    /// @param namespace that sees it, `*` for all
    /// @param name fully qualified
    record Scoped(String namespace, String name) {}

    /// @param origin ServiceEntry or Service; null for what only workloads say
    record Host(String name, List<Integer> ports, @Nullable View origin) {}

    Hosts(Scene scene, List<KnownHost> known) {
        for (View entry : scene.all(Type.SERVICE_ENTRY)) {
            List<Integer> ports = ports(entry.spec(), "number");
            for (Scoped scoped : namesOf(entry)) {
                hosts.put(scoped, new Host(scoped.name(), ports, entry));
            }
        }
        for (View service : scene.all(Type.SERVICE)) {
            String name = qualified(service.name(), service.namespace());
            var host = new Host(service.name(), ports(service.spec(), "port"), service);
            String written = service.annotation(EXPORT_TO);
            List<String> exportTo = written.isEmpty()
                    ? List.of()
                    : Arrays.stream(written.split(",", -1)).map(String::strip).toList();
            for (String scope : scopes(exportTo, service.namespace())) {
                hosts.put(new Scoped(scope, name), host);
            }
        }
        for (KnownHost host : known) {
            hosts.put(new Scoped(EVERYWHERE, host.name()), new Host(host.name(), host.ports(), null));
        }
        hosts.entrySet().stream()
                .filter(entry -> entry.getKey().name().startsWith("*"))
                .forEach(entry -> wildcards
                        .computeIfAbsent(withoutStar(entry.getKey().name()), any -> new ArrayList<>())
                        .add(entry));
    }

    /// `spec.hosts` of a document, each with who sees it by `spec.exportTo`.
    static List<Scoped> namesOf(View view) {
        List<Scoped> names = new ArrayList<>();
        Set<String> scopes = scopes(view.spec().texts("exportTo"), view.namespace());
        for (String host : view.spec().texts("hosts")) {
            String name = qualified(host, view.namespace());
            for (String scope : scopes) {
                if (names.size() < MOST_OF_ONE) {
                    names.add(new Scoped(scope, name));
                }
            }
        }
        return names;
    }

    private static List<Integer> ports(Part spec, String field) {
        return spec.items("ports").stream().map(port -> (int) port.whole(field)).toList();
    }

    /// Who sees what is exported so: `*` alone when everybody does.
    static Set<String> scopes(List<String> exportTo, String own) {
        if (exportTo.isEmpty() || exportTo.contains(EVERYWHERE)) {
            return Set.of(EVERYWHERE);
        }
        Set<String> scopes = new LinkedHashSet<>();
        exportTo.forEach(one -> scopes.add(one.equals(".") ? own : one));
        return Collections.unmodifiableSet(scopes);
    }

    /// A name without a dot belongs to the namespace of the rule that says it.
    static String qualified(String host, String namespace) {
        return host.startsWith("*") || host.indexOf('.') >= 0 ? host : host + "." + namespace + SUFFIX;
    }

    /// Exact names before wildcards.
    ///
    /// @param exportTo of the rule that names the host: those who read the rule must see the host
    Optional<Host> find(String namespace, List<String> exportTo, String host) {
        String name = qualified(host, namespace);
        Host everywhere = hosts.get(new Scoped(EVERYWHERE, name));
        if (everywhere != null) {
            return Optional.of(everywhere);
        }
        List<String> readers = exportTo.isEmpty() ? List.of(namespace) : exportTo;
        for (String reader : readers) {
            Host own = hosts.get(new Scoped(reader.equals(".") ? namespace : reader, name));
            if (own != null) {
                return Optional.of(own);
            }
        }
        String whole = withoutStar(host);
        for (int from = 0; from <= whole.length(); from++) {
            for (var wildcard : wildcards.getOrDefault(whole.substring(from), List.of())) {
                String scope = wildcard.getKey().namespace();
                if (scope.equals(EVERYWHERE) || scope.equals(namespace)) {
                    return Optional.of(wildcard.getValue());
                }
            }
        }
        return Optional.empty();
    }

    private static String withoutStar(String host) {
        return host.startsWith("*") ? host.substring(1) : host;
    }

    /// `did you mean "reviews"?`, or null.
    @Nullable
    String suggestion(String namespace, String host) {
        Set<String> names = new HashSet<>();
        for (Scoped scoped : hosts.keySet()) {
            if (names.size() >= MOST_SUGGESTED) {
                break;
            }
            String own = "." + namespace + SUFFIX;
            boolean shortly = host.indexOf('.') < 0 && scoped.name().endsWith(own);
            names.add(shortly ? scoped.name().substring(0, scoped.name().length() - own.length()) : scoped.name());
        }
        names.remove(host);
        return Suggestion.among(names, host);
    }

    /// Whether the two can stand for the same name: equal, or one a wildcard that covers the other.
    static boolean overlap(String one, String other) {
        boolean oneWild = one.startsWith("*");
        boolean otherWild = other.startsWith("*");
        if (oneWild && otherWild) {
            String a = one.substring(1);
            String b = other.substring(1);
            return a.endsWith(b) || b.endsWith(a);
        }
        if (oneWild) {
            return other.endsWith(one.substring(1));
        }
        return otherWild ? one.endsWith(other.substring(1)) : one.equals(other);
    }
}

package dev.meltemi.resources.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.ResourceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Looking at neighbours finds what looking at everything finds.
class NeighbourhoodTest {
    private static final int CHANGES = 60;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 101, 102, 103})
    void neighbours_tell_what_the_whole_mesh_tells_and_every_change_names_whom_it_touches(long seed) {
        var random = new Random(seed);
        var neighbourhood = new Neighbourhood();
        Map<String, String> texts = new TreeMap<>();
        Map<String, List<String>> kept = new HashMap<>();

        for (int i = 0; i < CHANGES; i++) {
            String key = key(random);
            Set<String> touched;
            if (random.nextInt(4) == 0) {
                texts.remove(key);
                touched = neighbourhood.remove(key);
                kept.remove(key);
            } else {
                texts.put(key, document(key, random));
                touched = neighbourhood.put(key, texts.get(key));
            }
            touched.stream().filter(texts::containsKey).forEach(one -> kept.put(one, told(neighbourhood, one)));

            assertThat(kept).isEqualTo(all(texts));
        }
    }

    private static List<String> told(Neighbourhood neighbourhood, String key) {
        return neighbourhood.findings(key).stream()
                .map(finding -> finding.code() + " " + finding.text())
                .sorted()
                .toList();
    }

    private static Map<String, List<String>> all(Map<String, String> texts) {
        List<View> views = new ArrayList<>();
        Map<View, String> keys = new HashMap<>();
        Map<String, List<String>> told = new HashMap<>();
        texts.forEach((key, text) -> {
            View view = View.of(
                    text, ResourceKey.parse(key).map(ResourceKey::namespace).orElse(""));
            views.add(view);
            keys.put(view, key);
            told.put(key, new ArrayList<>());
        });
        for (Analyzer analyzer : Analyzers.ALL) {
            if (analyzer.amongNeighbours()) {
                Analysis.of(views, alone(analyzer.name())).stream()
                        .filter(one -> Neighbourhood.isAcross(one.finding().code()))
                        .forEach(one -> told.getOrDefault(keys.getOrDefault(one.document(), ""), new ArrayList<>())
                                .add(one.finding().code() + " " + one.finding().text()));
            }
        }
        told.values().forEach(list -> list.sort(null));
        return told;
    }

    private static AnalysisSettings alone(String analyzer) {
        AnalysisSettings files = AnalysisSettings.files(Instant.EPOCH).only(analyzer);
        return new AnalysisSettings(
                files.analyzers(),
                files.meshConfig(),
                false,
                false,
                files.workloads(),
                files.hosts(),
                files.suppressions(),
                files.now());
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String key(Random random) {
        String kind = one(
                random,
                List.of("VirtualService", "VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "Sidecar"));
        return "networking.istio.io/" + kind + "/" + one(random, List.of("a", "b")) + "/"
                + one(random, List.of("x", "y", "z"));
    }

    private static String document(String key, Random random) {
        String[] parts = key.split("/", -1);
        return "apiVersion: networking.istio.io/v1\nkind: %s\nmetadata: {name: %s, namespace: %s}\nspec: %s\n"
                .formatted(parts[1], parts[3], parts[2], spec(parts[1], random));
    }

    private static String spec(String kind, Random random) {
        String host = one(
                random, List.of("web", "api.x.com", "\"*.x.com\"", "\"*.com\"", "\"*\"", "web.a.svc.cluster.local"));
        String subset = one(random, List.of("", ", subset: v1", ", subset: v2"));
        String exportTo = one(random, List.of("", ", exportTo: [\".\"]", ", exportTo: [b]"));
        return switch (kind) {
            case "VirtualService" ->
                "{hosts: [%s]%s%s, http: [{route: [{destination: {host: %s%s}}]}]}"
                        .formatted(
                                host,
                                exportTo,
                                one(
                                        random,
                                        List.of("", ", gateways: [x]", ", gateways: [mesh, a/y]", ", gateways: [b/z]")),
                                one(random, List.of("web", "api.x.com", "web.a.svc.cluster.local")),
                                subset);
            case "DestinationRule" ->
                "{host: %s, subsets: [{name: %s}]}".formatted(host, one(random, List.of("v1", "v2")));
            case "Gateway" ->
                "{selector: {app: gw}, servers: [{port: {number: %d}, hosts: [%s], tls: {credentialName: %s}}]}"
                        .formatted(one(random, List.of(80, 443)), host, one(random, List.of("\"\"", "c", "d")));
            case "ServiceEntry" ->
                "{hosts: [%s]%s, ports: [{number: 80, protocol: %s}]}"
                        .formatted(host, exportTo, one(random, List.of("HTTP", "TCP")));
            case String _ -> one(random, List.of("{}", "{workloadSelector: {labels: {app: web}}}"));
        };
    }
}

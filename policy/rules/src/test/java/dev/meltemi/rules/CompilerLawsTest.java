package dev.meltemi.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Codec;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Topics;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every mesh, tried on small random ones in which everything collides. A failure names its seed.
class CompilerLawsTest {
    static LongStream seeds() {
        return LongStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void incremental_equals_full(long seed) {
        var generator = new MeshGenerator(seed);
        var random = new Random(seed);
        var state = MeshState.EMPTY;
        var compiled = Compiler.all(state);
        for (int i = 0; i < 40; i++) {
            var step = Compiler.step(state, generator.changes(1 + random.nextInt(3)));
            state = step.after();
            compiled = compiled.with(step.delta());

            assertThat(compiled).isEqualTo(Compiler.all(state));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void the_order_of_events_is_irrelevant(long seed) {
        var changes = lastOfEachKey(new MeshGenerator(seed).changes(60));
        var shuffled = new java.util.ArrayList<>(changes);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(bytes(Compiler.all(state(shuffled)))).isEqualTo(bytes(Compiler.all(state(changes))));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_batch_equals_its_changes_one_by_one(long seed) {
        var changes = new MeshGenerator(seed).changes(60);

        var step = Compiler.step(MeshState.EMPTY, changes);

        assertThat(bytes(Compiled.EMPTY.with(step.delta()))).isEqualTo(bytes(Compiler.all(state(changes))));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void being_told_again_yields_nothing(long seed) {
        var changes = lastOfEachKey(new MeshGenerator(seed).changes(60));

        var step = Compiler.step(state(changes), changes);

        assertThat(step.delta()).isEqualTo(Compiled.Delta.NOTHING);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_delta_holds_only_what_differs(long seed) {
        var generator = new MeshGenerator(seed);
        var state = state(generator.changes(30));
        var before = Compiler.all(state);

        var delta = Compiler.step(state, generator.changes(3)).delta();

        delta.routes()
                .forEach((host, now) -> assertThat(before.routes().get(host)).isNotEqualTo(now.orElse(null)));
        delta.gateways()
                .forEach((name, now) -> assertThat(before.gateways().get(name)).isNotEqualTo(now.orElse(null)));
        delta.endpoints()
                .forEach((key, now) -> assertThat(before.endpoints().get(key)).isNotEqualTo(now.orElse(null)));
        delta.access()
                .forEach((scope, now) -> assertThat(before.access().get(scope)).isNotEqualTo(now.orElse(null)));
        delta.settings()
                .forEach(
                        (scope, now) -> assertThat(before.settings().get(scope)).isNotEqualTo(now.orElse(null)));
    }

    private static MeshState state(List<Change> changes) {
        var state = MeshState.EMPTY;
        for (Change change : changes) {
            state = state.with(change);
        }
        return state;
    }

    /// Topics keep the order of one key's events; between keys there is none.
    private static List<Change> lastOfEachKey(List<Change> changes) {
        var last = new LinkedHashMap<String, Change>();
        for (Change change : changes) {
            var key = switch (change) {
                case Change.Accepted accepted -> accepted.resource().key().toString();
                case Change.Deleted deleted -> deleted.key().toString();
                case Change.Registered registered -> registered.registration().getInstance();
                case Change.Withdrawn withdrawn -> withdrawn.instance();
                case Change.Health health -> "health of " + health.instance();
            };
            last.put(key, change);
            if (change instanceof Change.Withdrawn) {
                last.remove("health of " + key);
            }
        }
        last.entrySet()
                .removeIf(entry -> entry.getKey().startsWith("health of ")
                        && last.get(entry.getKey().substring(10)) instanceof Change.Withdrawn);
        return List.copyOf(last.values());
    }

    private static Map<String, String> bytes(Compiled compiled) {
        var encoded = new TreeMap<String, String>();
        encode("routes/", compiled.routes(), Topics.ROUTES.codec(), encoded);
        encode("gateways/", compiled.gateways(), Topics.GATEWAYS.codec(), encoded);
        encode("endpoints/", compiled.endpoints(), Topics.ENDPOINTS.codec(), encoded);
        encode("access/", compiled.access(), Topics.ACCESS_RULES.codec(), encoded);
        encode("settings/", compiled.settings(), Topics.SETTINGS.codec(), encoded);
        return encoded;
    }

    private static <V> void encode(String topic, Map<String, V> records, Codec<V> codec, Map<String, String> encoded) {
        records.forEach((key, value) -> encoded.put(topic + key, HexFormat.of().formatHex(codec.encode(value))));
    }
}

package dev.meltemi.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.compiled.HeaderOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderEditsTest {
    static {
        AvroLimits.set();
    }

    private static final HeaderFormat.Facts FACTS = new HeaderFormat.Facts() {
        @Override
        public String of(HeaderFormat.Fact fact) {
            return fact.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public @Nullable String asked(String header) {
            return header.equals("x-there") ? "abcdef" : null;
        }

        @Override
        public @Nullable String answered(String header) {
            return header.equals("x-back") ? "back" : null;
        }
    };

    private static HeaderEdits edits(Random random) {
        return HeaderEdits.request(HeaderOperations.newBuilder()
                .setRequestSet(some(random))
                .setRequestAdd(some(random))
                .setRequestRemove(List.copyOf(some(random).keySet()))
                .build());
    }

    private static Map<String, String> some(Random random) {
        var some = new TreeMap<String, String>();
        for (String name : List.of("a", "b", "c")) {
            if (random.nextInt(3) == 0) {
                some.put(name, Integer.toString(random.nextInt(100)));
            }
        }
        return some;
    }

    private static Map<String, List<String>> applied(HeaderEdits edits, Map<String, List<String>> before) {
        var after = new TreeMap<>(before);
        edits.set().forEach(edit -> after.put(edit.name(), List.of(edit.value())));
        edits.add().forEach(edit -> {
            var values = new ArrayList<>(after.getOrDefault(edit.name(), List.of()));
            values.add(edit.value());
            after.put(edit.name(), values);
        });
        edits.remove().forEach(after::remove);
        return after;
    }

    @Test
    void one_list_after_another_is_as_if_each_were_applied_by_itself() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            HeaderEdits first = edits(random);
            HeaderEdits second = edits(random);
            Map<String, List<String>> before = Map.of("a", List.of("old"), "b", List.of("old", "older"));

            var after = applied(first.then(second), before);

            assertThat(after).as("%s then %s", first, second).isEqualTo(applied(second, applied(first, before)));
        }
    }

    @ParameterizedTest(name = "{0} is sent as {1}")
    @CsvSource({
        "plain, plain",
        "100%%, 100%",
        "%PROTOCOL%, protocol",
        "a %ROUTE_NAME%/%UPSTREAM_CLUSTER% b, a route_name/upstream_cluster b",
        "%REQ(X-There)%, abcdef",
        "%REQ(x-there):3%, abc",
        "%REQ(x-none?x-there):2%, ab",
        "<%REQ(x-none)%>, <>",
        "%RESP(x-back)%%%, back%",
        "%HOSTNAME% %PROTOCOL%, %HOSTNAME% protocol",
        "%START_TIME(%s)%, %START_TIME(%s)%",
        "50% off, 50% off",
    })
    void variables_are_filled_in_and_what_is_none_stays(String value, String sent) {
        HeaderEdits.Edit edit = HeaderFormat.edit("x", value);

        HeaderFormat format = edit.format();

        assertThat(format == null ? edit.value() : format.of(FACTS)).isEqualTo(sent);
    }
}

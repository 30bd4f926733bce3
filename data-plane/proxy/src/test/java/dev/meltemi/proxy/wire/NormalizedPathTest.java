package dev.meltemi.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.routing.Entrance.Paths;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizedPathTest {
    @ParameterizedTest
    @CsvSource({
        // as it came,        BASE,               MERGE_SLASHES,     DECODE_AND_MERGE_SLASHES
        "/a/b,                /a/b,               /a/b,              /a/b",
        "/a/../b,             /b,                 /b,                /b",
        "/a/.,                /a/,                /a/,               /a/",
        "/%61%2e%2E/x,        /a../x,             /a../x,            /a../x",
        "/a\\b,               /a/b,               /a/b,              /a/b",
        "//a///b/,            //a///b/,           /a/b/,             /a/b/",
        "/a//../b,            /a/b,               /a/b,              /a/b",
        "/a%2Fb,              /a%2Fb,             /a%2Fb,            /a/b",
        "/a%2f%2e%2e%5Cb,     /a%2f..%5Cb,        /a%2f..%5Cb,       /b",
        "/a%5c%5cb,           /a%5c%5cb,          /a%5c%5cb,         /a/b",
        "/a%252fb,            /a%252fb,           /a%252fb,          /a%252fb",
        "/a//b?c=//d/..%2f,   /a//b?c=//d/..%2f,  /a/b?c=//d/..%2f,  /a/b?c=//d/..%2f",
        "/../..,              /,                  /,                 /",
        "*,                   *,                  *,                 *"
    })
    void a_path_is_normalized_as_the_mesh_config_says(String path, String base, String merged, String decoded) {
        assertThat(NormalizedPath.of(path, Paths.NONE)).isSameAs(path);
        assertThat(NormalizedPath.of(path, Paths.BASE)).isEqualTo(base);
        assertThat(NormalizedPath.of(path, Paths.MERGE_SLASHES)).isEqualTo(merged);
        assertThat(NormalizedPath.of(path, Paths.DECODE_AND_MERGE_SLASHES)).isEqualTo(decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%00", "/%", "/%2", "/%zz", "/a%2/b"})
    void what_has_no_meaning_is_refused_unless_nothing_is_looked_at(String path) {
        assertThat(NormalizedPath.of(path, Paths.NONE)).isEqualTo(path);
        assertThatThrownBy(() -> NormalizedPath.of(path, Paths.BASE)).isInstanceOf(MalformedMessageException.class);
    }
}

package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSizeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        abc                         | 3
        a{3}                        | 3
        a{2,5}                      | 5
        a{7,}                       | 7
        (ab){10}                    | 30
        ((a{1,100}){1,100}){1,100}  | 1010100
        a{,5}                       | 5
        [a-z]{4}                    | 4
        []{9}]                      | 1
        [[:alpha:]]{2}              | 2
        \\p{Greek}{3}               | 3
        \\{5}                       | 3
        """)
    void counts_what_repeats_become(String regex, long size) {
        assertThat(RegexSize.of(regex)).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", ")", "[", "\\", "a{", "(?P<", "[^", "\\p{", ")))(((", "[[:"})
    void what_is_no_expression_has_a_size_too(String regex) {
        assertThat(RegexSize.of(regex)).isNotNegative();
    }

    @Test
    void an_expression_that_would_fill_a_heap_is_no_regular_expression() {
        assertThat(Regexes.fault("((a{1,100}){1,100}){1,100}"))
                .hasValueSatisfying(why -> assertThat(why).contains("instructions"));
        assertThat(Regexes.fault("/api/v[0-9]{1,3}/(users|groups)/.*")).isEmpty();
    }
}

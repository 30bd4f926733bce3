package dev.meltemi.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpokenTest {
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "GET / HTTP/1.1,HTTP_1",
                "POST ,HTTP_1",
                "VERSION-CONTROL /a,HTTP_1",
                "PRI * HTTP/2.0,UNKNOWN_YET",
                "PRI * HTTP/1.1,OTHER",
                "G,UNKNOWN_YET",
                "GET,UNKNOWN_YET",
                "GETS ,OTHER",
                "get / HTTP/1.1,OTHER",
                "EHLO there,OTHER",
                "*1,OTHER",
                "UPDATE t SET,HTTP_1"
            })
    void the_first_octets_tell_what_is_spoken(String octets, Spoken expected) {
        assertThat(of(octets)).isEqualTo(expected);
    }

    @Test
    void the_whole_preface_is_http_2_whatever_follows() {
        assertThat(of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0")).isEqualTo(Spoken.HTTP_2);
    }

    @ParameterizedTest
    @CsvSource({"1603,TLS", "160301,TLS", "16,UNKNOWN_YET", "1602,OTHER", "1503,OTHER", "00,OTHER"})
    void a_handshake_record_is_tls(String hex, Spoken expected) {
        ByteBuf octets = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));

        assertThat(Spoken.of(octets)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET ", "UPDATEREDIRECTREF ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    void every_prefix_but_the_whole_takes_more_octets(String whole) {
        for (int i = 0; i < whole.length(); i++) {
            assertThat(of(whole.substring(0, i))).as("%s octets", i).isEqualTo(Spoken.UNKNOWN_YET);
        }
        assertThat(of(whole)).isNotEqualTo(Spoken.UNKNOWN_YET);
    }

    @Test
    void after_the_octets_that_are_enough_it_is_known_in_any_case() {
        assertThat(of("P".repeat(Spoken.MOST_OCTETS))).isEqualTo(Spoken.OTHER);
        assertThat(of("UPDATEREDIRECTREFUPDATER")).isEqualTo(Spoken.OTHER);
    }

    @Test
    void nothing_is_read() {
        ByteBuf octets = Unpooled.copiedBuffer("xxGET / ", StandardCharsets.US_ASCII);
        octets.skipBytes(2);

        assertThat(Spoken.of(octets)).isEqualTo(Spoken.HTTP_1);
        assertThat(octets.readerIndex()).isEqualTo(2);
    }

    private static Spoken of(String octets) {
        return Spoken.of(Unpooled.copiedBuffer(octets, StandardCharsets.ISO_8859_1));
    }
}

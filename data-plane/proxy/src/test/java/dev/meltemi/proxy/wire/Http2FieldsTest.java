package dev.meltemi.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is sent as one comes back as the other, through Netty's HPACK.
class Http2FieldsTest {
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false) {
        @Override
        protected Http2Headers newHeaders() {
            return new ReceivedHeaders();
        }
    };
    private final DefaultHttp2HeadersEncoder encoder =
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true);

    private ReceivedHeaders through(Http2Headers sent) throws Http2Exception {
        ByteBuf block = Unpooled.buffer();
        encoder.encodeHeaders(3, sent, block);
        return (ReceivedHeaders) decoder.decodeHeaders(3, block);
    }

    @Test
    void a_request_arrives_as_it_was_sent_with_names_in_lower_case() throws Http2Exception {
        HttpHeaders fields =
                new DefaultHttpHeaders().add("X-One", "1").add("accept", "a").add("Accept", "b");

        ReceivedHeaders received = through(SentHeaders.request("GET", "http", "reviews:9080", "/a?b", fields)
                .with(OutgoingHead.ATTEMPT, "1"));

        assertThat(received.malformed()).isNull();
        assertThat(received.method()).hasToString("GET");
        assertThat(received.scheme()).hasToString("http");
        assertThat(received.authority()).hasToString("reviews:9080");
        assertThat(received.path()).hasToString("/a?b");
        assertThat(received.fields().names()).containsExactlyInAnyOrder("x-one", "accept", "x-envoy-attempt-count");
        assertThat(received.fields().getAll("accept")).containsExactly("a", "b");
    }

    @Test
    void an_answer_arrives_as_it_was_sent() throws Http2Exception {
        ReceivedHeaders received = through(SentHeaders.response("204", new DefaultHttpHeaders().add("Server", "x")));

        assertThat(received.malformed()).isNull();
        assertThat(received.status()).hasToString("204");
        assertThat(received.fields().get("server")).isEqualTo("x");
    }

    @Test
    void trailers_lose_what_must_not_stand_behind_a_body() throws Http2Exception {
        HttpHeaders fields = new DefaultHttpHeaders().add("grpc-status", "0").add("Host", "evil");

        ReceivedHeaders received = through(SentHeaders.trailers(fields));

        assertThat(received.hasPseudo()).isFalse();
        assertThat(received.fields().names()).containsExactly("grpc-status");
    }

    @Test
    void pseudo_fields_are_written_before_all_others() {
        var names = new ArrayList<String>();

        SentHeaders.request("GET", "http", "a", "/", new DefaultHttpHeaders().add("B", "b"))
                .forEach(field -> names.add(field.getKey().toString()));

        assertThat(names).containsExactly(":method", ":scheme", ":authority", ":path", "b");
    }

    @Test
    void crumbs_of_a_cookie_become_one() {
        var received = new ReceivedHeaders();

        received.add("cookie", "a=b").add("x", "y").add("cookie", "c=d").add("cookie", "e=f");

        assertThat(received.fields().getAll("cookie")).containsExactly("a=b; c=d; e=f");
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "X-Upper,a,upper_case_header_name",
                "'',a,empty_header_name",
                "a b,a,invalid_header_name",
                "a:b,a,invalid_header_name",
                "a\u00e9,a,invalid_header_name",
                "a,b\u0000c,control_character_in_header_value",
                "a,'b\rc',control_character_in_header_value",
                "a,'b\nc',control_character_in_header_value",
                "a,b\u007fc,control_character_in_header_value",
                "a, b,white_space_around_header_value",
                "a,b\t,white_space_around_header_value",
                "connection,close,connection_specific_header",
                "keep-alive,5,connection_specific_header",
                "proxy-connection,close,connection_specific_header",
                "transfer-encoding,chunked,connection_specific_header",
                "upgrade,h2c,connection_specific_header",
                "te,gzip,te_other_than_trailers",
                ":nonsense,a,unknown_pseudo_header",
                ":path,/again,duplicate_pseudo_header",
                ":scheme,'ht\ntp',control_character_in_header_value",
            })
    void what_no_field_may_be_is_named(String name, String value, String why) {
        var received = new ReceivedHeaders();
        received.add(":path", "/");

        received.add(name, value).add("innocent", "1");

        assertThat(received.malformed()).isEqualTo(why);
    }

    @Test
    void a_pseudo_field_behind_others_is_malformed() {
        var received = new ReceivedHeaders();

        received.add("a", "b").add(":path", "/");

        assertThat(received.malformed()).isEqualTo("pseudo_header_after_header");
    }
}

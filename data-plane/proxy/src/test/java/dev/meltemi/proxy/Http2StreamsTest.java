package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http2StreamsTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void fields_on_a_stream_whose_request_has_ended_reset_it() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/").get(1, "/").answer(1);

            assertThat(answer.reset).isEqualTo(5);
            assertThat(proxy.entry().responseFlags()).isEqualTo("DPE");
        }
    }
}

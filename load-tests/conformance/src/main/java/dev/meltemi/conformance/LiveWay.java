package dev.meltemi.conformance;

import dev.meltemi.routing.ConnectionDecision;
import org.jspecify.annotations.Nullable;

/// How a case's client speaks.
///
/// @param serverName of its TLS hello; empty: TLS without a name; null: plaintext
record LiveWay(Speech speech, @Nullable String serverName) {
    enum Speech {
        HTTP_1,
        /// With prior knowledge, or agreed on in the hello.
        HTTP_2,
        /// Anything else: a line there, a line back.
        LINES
    }

    /// @param connection what the table does with connections like this one; null: it is asked about requests
    /// @param preferHttp2 also where HTTP/1.1 would do
    static LiveWay of(RoutingCase asked, @Nullable ConnectionDecision connection, boolean preferHttp2) {
        boolean isHttp = connection == null || connection instanceof ConnectionDecision.Requests;
        Speech speech = !isHttp ? Speech.LINES : asked.isGrpc() || preferHttp2 ? Speech.HTTP_2 : Speech.HTTP_1;
        boolean tls = asked.text("protocol", "HTTP").equals("TLS")
                || asked.text("scheme", "http").equals("https");
        return new LiveWay(speech, tls ? asked.text("sni", asked.bareHost()) : null);
    }

    /// What it does over and over on one connection, as long as that lasts.
    boolean keepsConnections() {
        return speech != Speech.LINES;
    }
}

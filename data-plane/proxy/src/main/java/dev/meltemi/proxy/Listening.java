package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Authority;
import dev.meltemi.routing.Endpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a listener is there for.
///
/// @param port that rules know it by; 0 for outbound, where the authority names the port
/// @param applications by service port, for inbound
/// @param towards service to whose port the listener's connections go, by name; null: the caller says
/// @param intercepts whether connections to elsewhere may end here
record Listening(
        Kind kind,
        int port,
        Next way,
        Map<Integer, Application> applications,
        @Nullable String towards,
        boolean intercepts) {
    enum Kind {
        OUTBOUND,
        INBOUND,
        GATEWAY
    }

    /// Our own application behind one service port.
    record Application(int servicePort, Endpoint endpoint) {
        /// `address:port`.
        String text() {
            return endpoint.toString();
        }
    }

    static Listening of(Kind kind, int port, Next way, Map<Integer, Application> applications) {
        return new Listening(kind, port, way, applications, null, false);
    }

    Listening intercepting() {
        return new Listening(kind, port, way, applications, towards, true);
    }

    Listening towards(String host) {
        return new Listening(kind, port, way, applications, host, intercepts);
    }

    /// The application that a request is for: by the listener's port, else by the port in the authority, else the
    /// only one.
    @Nullable
    Application application(String authority) {
        Application byPort = applications.get(port);
        if (byPort == null) {
            byPort = applications.get(Authority.port(authority));
        }
        if (byPort == null && applications.size() == 1) {
            byPort = applications.values().iterator().next();
        }
        return byPort;
    }
}

package dev.meltemi.resources;

import com.google.re2j.Pattern;
import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.Set;

/// What makes a Gateway of the Gateway API, or a ListenerSet, valid.
final class KubernetesGatewaysCheck {
    private static final Set<String> WITHOUT_TLS = Set.of("HTTP", "TCP", "UDP");
    private static final Set<String> WITHOUT_HOSTS = Set.of("TCP", "UDP");

    private static final Pattern HOST =
            Pattern.compile("(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final Pattern KEY =
            Pattern.compile("([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                    + "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]");

    private KubernetesGatewaysCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        checkListeners(spec, report);
        spec.items("listeners").forEach(listener -> checkInForce(listener, report));
        checkAddresses(spec, report);
        checkKeys(spec.at("infrastructure").at("labels"), report);
        checkKeys(spec.at("infrastructure").at("annotations"), report);
    }

    static void checkListeners(Part spec, Report report) {
        record Place(long port, String protocol, String hostname) {}

        Set<Place> places = new HashSet<>();
        for (Part listener : spec.items("listeners")) {
            checkListener(listener, report);
            var place = new Place(listener.whole("port"), listener.text("protocol"), listener.text("hostname"));
            if (!places.add(place)) {
                report.error(
                        listener,
                        "has the port, protocol and hostname of one before it",
                        "give it another port or hostname");
            }
        }
    }

    private static void checkListener(Part listener, Report report) {
        String protocol = listener.text("protocol");
        Part tls = listener.at("tls");
        String mode = tls.someText("mode").orElse("Terminate");
        if (tls.isPresent() && WITHOUT_TLS.contains(protocol)) {
            report.error(tls, "isn't for the protocol " + protocol, "use HTTPS or TLS");
        }
        if (tls.isPresent() && protocol.equals("HTTPS") && !mode.equals("Terminate")) {
            report.error(
                    tls.at("mode"),
                    mode + ": HTTPS is read here, so TLS ends here",
                    "use the protocol TLS, or Terminate");
        }
        if (!tls.isPresent() && protocol.equals("TLS")) {
            report.error(tls, "is missing: the protocol TLS needs its mode", "mode: Passthrough or Terminate");
        }
        if (tls.isPresent()
                && mode.equals("Terminate")
                && tls.items("certificateRefs").isEmpty()
                && tls.at("options").isEmpty()) {
            report.error(tls.at("certificateRefs"), "is missing: TLS ends here with a certificate");
        }
        if (listener.has("hostname") && WITHOUT_HOSTS.contains(protocol)) {
            report.error(listener.at("hostname"), "isn't for the protocol " + protocol + ": it has no host names");
        }
    }

    private static void checkInForce(Part listener, Report report) {
        String protocol = listener.text("protocol");
        switch (protocol) {
            case "HTTP", "TCP" -> {}
            case "HTTPS", "TLS" -> {
                Part tls = listener.at("tls");
                if (!tls.text("mode").equals("Passthrough")
                        && tls.items("certificateRefs").isEmpty()) {
                    report.notInForce(listener, "connections are closed, because it names no certificate");
                }
            }
            case "UDP" -> report.notInForce(listener, "gateways don't carry UDP: the port isn't opened");
            default -> report.notInForce(listener, "the port isn't opened: " + protocol + " is unknown here, use HTTP");
        }
    }

    private static void checkAddresses(Part spec, Report report) {
        record Address(String type, String value) {}

        Set<Address> known = new HashSet<>();
        for (Part address : spec.items("addresses")) {
            String type = address.someText("type").orElse("IPAddress");
            Part value = address.at("value");
            boolean ip = type.equals("IPAddress");
            boolean host = type.equals("Hostname");
            if (ip && value.isPresent() && !Addresses.isIp(value.text())) {
                report.error(value, "\"" + value.text() + "\" is no IP address", "a name has type: Hostname");
            }
            if (host && value.isPresent() && !HOST.matcher(value.text()).matches()) {
                report.error(value, "\"" + value.text() + "\" is no host name: no port, no path, lower case");
            }
            if ((ip || host) && value.isPresent() && !known.add(new Address(type, value.text()))) {
                report.error(value, "\"" + value.text() + "\" is there twice", "leave one of them out");
            }
        }
    }

    private static void checkKeys(Part table, Report report) {
        table.fields().forEach((key, value) -> {
            int slash = key.indexOf('/');
            if (!KEY.matcher(key).matches() || slash >= 253) {
                report.error(
                        value,
                        "\"" + key
                                + "\" is no key: expected a name of up to 63 characters, perhaps after a domain and /");
            }
        });
    }
}

package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `networking.istio.io` WorkloadEntry, which is also what a ServiceEntry's inline endpoints are.
final class WorkloadEntries {
    static final Struct SPEC = struct().field("address", text(0, 256))
            .field("ports", table(port()))
            .field("labels", table(text()))
            .field("locality", text(0, 2048))
            .field("weight", count())
            .field("serviceAccount", text(0, 253))
            .notYet("network", text(0, 2048), "endpoints of all networks are dialled directly");

    static final Kind KIND = new Kind(
            "networking.istio.io",
            "WorkloadEntry",
            List.of("v1", "v1beta1", "v1alpha3"),
            SPEC,
            true,
            (spec, metadata, report) -> check(spec, report),
            WorkloadEntries::read);

    private static final String UNIX = "unix://";

    private WorkloadEntries() {}

    static boolean isUnix(Part entry) {
        return entry.text("address").startsWith(UNIX);
    }

    /// Of a WorkloadGroup: what every entry has of its own, its address, isn't there yet.
    static void checkTemplate(Part template, Report report) {
        if (isUnix(template)) {
            checkUnix(template, report);
        }
        checkPortNames(template, report);
    }

    static void check(Part entry, Report report) {
        Part address = entry.at("address");
        String text = address.text();
        if (text.isEmpty()) {
            checkAbsent(entry, report);
        } else if (isUnix(entry)) {
            checkUnix(entry, report);
        } else if (!Addresses.isIp(text) && !Names.isDomain(text)) {
            report.error(address, "\"" + text + "\" is no address: expected an IP, a DNS name or unix:///path");
        }
        Labels.check(entry.at("labels"), report);
        checkPortNames(entry, report);
    }

    private static void checkPortNames(Part entry, Report report) {
        entry.at("ports").fields().forEach((name, port) -> {
            if (!Names.isLabel(name) || name.length() > 62) {
                report.error(port, "\"" + name + "\" is no port name: at most 62 letters, digits and -");
            }
        });
    }

    private static void checkAbsent(Part entry, Report report) {
        if (entry.text("network").isEmpty()) {
            report.error(entry.at("address"), "is missing: where is the workload?");
        } else {
            report.warn(entry, "without an address nobody reaches it until its network has a gateway");
        }
    }

    private static void checkUnix(Part entry, Report report) {
        String path = entry.text("address").substring(UNIX.length());
        if (!path.startsWith("/") && !path.startsWith("@")) {
            report.error(entry.at("address"), "a Unix socket's path is absolute, or abstract with @");
        } else if (path.endsWith("/")) {
            report.error(entry.at("address"), "a Unix socket is a file, not a directory");
        }
        if (entry.has("ports")) {
            report.error(entry.at("ports"), "a Unix socket has no ports");
        }
        report.notInForce(entry.at("address"), "the proxy dials no Unix sockets yet: let the workload listen on an IP");
    }

    private static WorkloadEntry read(Part spec, Metadata metadata) {
        Map<String, String> labels = new LinkedHashMap<>(spec.textTable("labels"));
        labels.putAll(metadata.labels());
        return new WorkloadEntry(metadata.key(), endpoint(spec, labels));
    }

    /// Where the document is silent the label says it, with dots, which may stand in labels (Istio:
    /// `GetLocalityLabel`).
    private static String locality(String written, Map<String, String> labels) {
        String label = labels.getOrDefault("istio-locality", "");
        return !written.isEmpty() ? written : label.contains("/") ? label : label.replace('.', '/');
    }

    static Endpoint endpoint(Part entry, Map<String, String> labels) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        entry.at("ports").fields().forEach((name, port) -> ports.put(name, (int) port.whole()));
        long weight = entry.whole("weight");
        return new Endpoint(
                entry.text("address"),
                ports,
                labels,
                entry.text("network"),
                locality(entry.text("locality"), labels),
                weight == 0 ? 1 : (int) Math.min(weight, Integer.MAX_VALUE),
                entry.text("serviceAccount"));
    }
}

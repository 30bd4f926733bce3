package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Gateways beside each other and beside the workloads that they select.
final class GatewayAnalyzers {
    private GatewayAnalyzers() {}

    /// A gateway's port must be the target of a Service of its workloads, or one of the Service's own.
    static void ports(Scene scene, Notes notes) {
        if (!scene.knowsWorkloads() || !scene.knows(Type.SERVICE)) {
            return;
        }
        for (View gateway : scene.all(Type.GATEWAY)) {
            Map<String, String> selector = gateway.spec().textTable("selector");
            List<Workload> workloads = scene.workloads().stream()
                    .filter(workload -> workload.selectedBy(selector))
                    .toList();
            if (workloads.isEmpty()) {
                nobody(gateway, selector, notes);
                continue;
            }
            Set<Integer> offered = new HashSet<>();
            for (Workload workload : workloads) {
                for (View service : scene.all(Type.SERVICE)) {
                    if (service.namespace().equals(workload.namespace())
                            && workload.selectedBy(service.spec().textTable("selector"))) {
                        offer(service, offered);
                    }
                }
            }
            for (Part server : gateway.spec().items("servers")) {
                int port = (int) server.at("port").whole("number");
                if (server.has("port") && !offered.contains(port)) {
                    notes.once(
                            Code.IST0162,
                            gateway,
                            server.at("port").at("number"),
                            "no Service of the workloads " + Labels.text(selector) + " leads to port " + port
                                    + ", at which this gateway listens",
                            "add the port to their Service, or use one of " + new TreeSet<>(offered));
                }
            }
        }
    }

    private static void offer(View service, Set<Integer> offered) {
        for (Part port : service.spec().items("ports")) {
            String protocol = port.text("protocol");
            if (protocol.isEmpty() || protocol.equals("TCP")) {
                offered.add((int) port.whole("port"));
                int target = (int) port.whole("targetPort"); // a name reads as 0
                if (target != 0) {
                    offered.add(target);
                }
            }
        }
    }

    static void nobody(View gateway, Map<String, String> selector, Notes notes) {
        notes.once(
                Code.IST0101,
                gateway,
                gateway.spec().at("selector"),
                "selector \"" + Labels.text(selector) + "\" not found: no workload has these labels");
    }

    /// Two gateways of one workload that claim a port and a host.
    static void conflicts(Scene scene, Notes notes) {
        for (View gateway : scene.all(Type.GATEWAY)) {
            Map<String, String> selector = gateway.spec().textTable("selector");
            List<View> beside = scene.all(Type.GATEWAY).stream()
                    .filter(other -> other != gateway)
                    .filter(other -> together(selector, other.spec().textTable("selector"), scene))
                    .toList();
            for (Part server : gateway.spec().items("servers")) {
                Set<String> rivals = new TreeSet<>();
                beside.stream()
                        .filter(other -> other.spec().items("servers").stream().anyMatch(its -> claims(server, its)))
                        .forEach(other -> rivals.add(other.qualifiedName()));
                if (!rivals.isEmpty()) {
                    notes.once(
                            Code.IST0145,
                            gateway,
                            server,
                            "claims port " + server.at("port").whole("number") + " and hosts " + server.texts("hosts")
                                    + " of the workloads " + Labels.text(selector) + " together with "
                                    + String.join(", ", rivals),
                            "give each gateway hosts of its own");
                }
            }
        }
    }

    /// Equal selectors, or a workload that both select.
    private static boolean together(Map<String, String> one, Map<String, String> other, Scene scene) {
        return one.equals(other)
                || scene.workloads().stream()
                        .anyMatch(workload -> workload.selectedBy(one) && workload.selectedBy(other));
    }

    private static boolean claims(Part one, Part other) {
        return one.at("port").whole("number") == other.at("port").whole("number")
                && one.text("bind").equals(other.text("bind"))
                && one.texts("hosts").stream().anyMatch(other.texts("hosts")::contains);
    }

    /// A client that finds the certificate of one gateway good for a host of another reuses its connection, and the
    /// gateway that it reaches doesn't know the host.
    static void certificates(Scene scene, Notes notes) {
        for (View gateway : scene.all(Type.GATEWAY)) {
            Map<String, String> selector = gateway.spec().textTable("selector");
            for (View other : scene.all(Type.GATEWAY)) {
                if (other != gateway && Labels.match(selector, other.spec().textTable("selector"))) {
                    duplicates(gateway, other, notes);
                }
            }
        }
    }

    private static void duplicates(View gateway, View other, Notes notes) {
        for (Part server : gateway.spec().items("servers")) {
            for (Part its : other.spec().items("servers")) {
                if (sameCertificate(server.at("tls"), its.at("tls"))) {
                    notes.once(
                            Code.IST0138,
                            gateway,
                            server.at("tls"),
                            "has the same certificate as a server of " + other.qualifiedName()
                                    + ": clients that reuse HTTP/2 connections get 404",
                            "make it one gateway, or give each a certificate of its own");
                }
            }
        }
    }

    private static boolean sameCertificate(Part one, Part other) {
        String credential = one.text("credentialName");
        if (!credential.equals(other.text("credentialName"))) {
            return false;
        }
        return !credential.isEmpty() || (same(one, other, "serverCertificate") && same(one, other, "privateKey"));
    }

    private static boolean same(Part one, Part other, String field) {
        return !one.text(field).isEmpty() && one.text(field).equals(other.text(field));
    }
}

package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Gateways beside each other and beside the workloads that they select.
final class GatewayAnalyzers {
    private static final int MOST_NAMED = 20;

    private GatewayAnalyzers() {}

    /// A gateway's port must be the target of a Service of its workloads, or one of the Service's own; not so where
    /// they are reached at the gateway's ports themselves.
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
            if (workloads.stream().anyMatch(Workload::registered)) {
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

    private record Claim(long port, String bind, String host) {}

    /// Two gateways of one workload that claim a port and a host.
    static void conflicts(Scene scene, Notes notes) {
        Map<Claim, Set<View>> claimants = new HashMap<>();
        for (View gateway : scene.all(Type.GATEWAY)) {
            for (Part server : gateway.spec().items("servers")) {
                claims(server)
                        .forEach(claim -> claimants
                                .computeIfAbsent(claim, any -> new LinkedHashSet<>())
                                .add(gateway));
            }
        }
        for (View gateway : scene.all(Type.GATEWAY)) {
            Map<String, String> selector = gateway.spec().textTable("selector");
            Map<View, Boolean> beside = new HashMap<>();
            for (Part server : gateway.spec().items("servers")) {
                Set<String> rivals = new TreeSet<>();
                for (Claim claim : claims(server)) {
                    for (View other : claimants.getOrDefault(claim, Set.of())) {
                        if (other != gateway
                                && rivals.size() < MOST_NAMED
                                && beside.computeIfAbsent(other, any -> together(gateway, other, scene))) {
                            rivals.add(other.qualifiedName());
                        }
                    }
                }
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

    private static List<Claim> claims(Part server) {
        return server.texts("hosts").stream()
                .map(host -> new Claim(server.at("port").whole("number"), server.text("bind"), host))
                .toList();
    }

    /// Equal selectors, or a workload that both select.
    private static boolean together(View gateway, View beside, Scene scene) {
        Map<String, String> one = gateway.spec().textTable("selector");
        Map<String, String> other = beside.spec().textTable("selector");
        return one.equals(other)
                || scene.workloads().stream()
                        .anyMatch(workload -> workload.selectedBy(one) && workload.selectedBy(other));
    }

    /// A client that finds the certificate of one gateway good for a host of another reuses its connection, and the
    /// gateway that it reaches doesn't know the host.
    static void certificates(Scene scene, Notes notes) {
        Map<String, Set<View>> users = new LinkedHashMap<>();
        for (View gateway : scene.all(Type.GATEWAY)) {
            for (Part server : gateway.spec().items("servers")) {
                certificate(server.at("tls"))
                        .ifPresent(certificate -> users.computeIfAbsent(certificate, any -> new LinkedHashSet<>())
                                .add(gateway));
            }
        }
        for (View gateway : scene.all(Type.GATEWAY)) {
            Map<String, String> selector = gateway.spec().textTable("selector");
            for (Part server : gateway.spec().items("servers")) {
                Set<View> sharing = certificate(server.at("tls"))
                        .map(certificate -> users.getOrDefault(certificate, Set.of()))
                        .orElse(Set.of());
                for (View other : sharing) {
                    if (other != gateway && Labels.match(selector, other.spec().textTable("selector"))) {
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
    }

    /// The credential's name, or else both files.
    private static Optional<String> certificate(Part tls) {
        String certificate = tls.text("serverCertificate");
        String key = tls.text("privateKey");
        return tls.someText("credentialName")
                .map(name -> "credential " + name)
                .or(() -> certificate.isEmpty() || key.isEmpty()
                        ? Optional.empty()
                        : Optional.of("files " + certificate + " " + key));
    }
}

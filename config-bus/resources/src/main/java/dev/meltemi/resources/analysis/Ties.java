package dev.meltemi.resources.analysis;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a document offers others to find fault with, and what it looks for in others: two documents are neighbours
/// when one offers what the other looks for. Found from each document alone, so that changing one touches few.
///
/// @param offers such as `subsets reviews.default.svc.cluster.local` of a DestinationRule
/// @param seeks such as the same of a VirtualService that routes there
record Ties(Set<String> offers, Set<String> seeks) {
    /// What one document is tied to at most; a longer list has been made by a machine, and is looked at by `analyze`.
    private static final int MOST = 500;

    static Ties of(View view) {
        var ties = new Ties(new HashSet<>(), new HashSet<>());
        Type type = view.type();
        if (type.equals(Type.VIRTUAL_SERVICE)) {
            ties.virtualService(view);
        } else if (type.equals(Type.DESTINATION_RULE)) {
            ties.both("subsets " + Hosts.qualified(view.spec().text("host"), view.namespace()));
        } else if (type.equals(Type.GATEWAY)) {
            ties.gateway(view);
        } else if (type.equals(Type.KUBERNETES_GATEWAY)) {
            ties.offer("gateway " + view.qualifiedName());
        } else if (type.equals(Type.SERVICE_ENTRY)) {
            view.spec().texts("hosts").forEach(host -> ties.both("entry " + Hosts.qualified(host, view.namespace())));
        } else if (type.equals(Type.SIDECAR)
                && view.spec().at("workloadSelector").at("labels").isEmpty()) {
            ties.both("sidecar " + view.namespace());
        } else if (type.equals(Type.TELEMETRY) && !view.spec().has("selector")) {
            ties.both("telemetry " + view.namespace());
        }
        return ties;
    }

    private void virtualService(View view) {
        List<String> gateways = view.spec().texts("gateways");
        for (String gateway : gateways) {
            seek("gateway " + (gateway.indexOf('/') < 0 ? view.namespace() + "/" + gateway : gateway));
        }
        if (gateways.isEmpty() || gateways.contains("mesh")) {
            view.spec().texts("hosts").forEach(host -> meshHost(Hosts.qualified(host, view.namespace())));
        }
        Set<String> hosts = new HashSet<>(view.spec().texts("hosts"));
        for (Part destination : Destinations.ofRoutes(view.spec())) {
            destination(destination, view);
            String host = destination.text("host");
            if (hosts.contains(host)) {
                offer("subset rule of " + host);
            }
            if (!gateways.isEmpty()) {
                seek("subset rule of " + host);
            }
        }
        Destinations.ofMirrors(view.spec()).forEach(one -> destination(one, view));
    }

    private void destination(Part destination, View view) {
        if (!destination.text("subset").isEmpty()) {
            seek("subsets " + Hosts.qualified(destination.text("host"), view.namespace()));
        }
    }

    /// `*.x.com` meets all that end so, `api.x.com` all wildcards above it.
    private void meshHost(String host) {
        both("mesh " + host);
        boolean wild = host.startsWith("*");
        if (wild) {
            offer("wildcard " + host.substring(1));
            seek("below " + host.substring(1));
        }
        for (int dot = host.indexOf('.', wild ? 2 : 0); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            offer("below " + host.substring(dot));
            seek("wildcard " + host.substring(dot));
        }
        offer("below "); // for `*` alone
        seek("wildcard ");
    }

    private void gateway(View view) {
        offer("gateway " + view.qualifiedName());
        for (Part server : view.spec().items("servers")) {
            String port = server.at("port").text("number");
            server.texts("hosts").forEach(host -> both("server " + port + " " + host));
            Part tls = server.at("tls");
            for (String field : List.of("credentialName", "serverCertificate")) {
                tls.someText(field).ifPresent(name -> both(field + " " + name));
            }
        }
    }

    private void both(String tie) {
        offer(tie);
        seek(tie);
    }

    private void offer(String tie) {
        if (offers.size() < MOST) {
            offers.add(tie);
        }
    }

    private void seek(String tie) {
        if (seeks.size() < MOST) {
            seeks.add(tie);
        }
    }
}

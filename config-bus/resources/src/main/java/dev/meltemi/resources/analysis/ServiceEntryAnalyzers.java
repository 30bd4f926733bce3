package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// ServiceEntries whose traffic can't be told apart.
final class ServiceEntryAnalyzers {
    /// Hosts times ports of one entry that are compared with others'.
    private static final int MOST_OF_ONE = 20_000;

    private ServiceEntryAnalyzers() {}

    /// TCP says no host, so that only the address tells which service is meant.
    static void addresses(Scene scene, Notes notes) {
        Part metadata = scene.mesh().at("defaultConfig").at("proxyMetadata");
        boolean allocated = metadata.text("ISTIO_META_DNS_CAPTURE").equals("true")
                && (metadata.text("ISTIO_META_DNS_AUTO_ALLOCATE").equals("true")
                        || metadata.text("PILOT_ENABLE_IP_AUTOALLOCATE").equals("true"));
        if (allocated) {
            return;
        }
        for (View entry : scene.all(Type.SERVICE_ENTRY)) {
            boolean has = entry.spec().has("addresses")
                    || !entry.document().at("status").items("addresses").isEmpty();
            for (Part port : has ? List.<Part>of() : entry.spec().items("ports")) {
                String protocol = port.text("protocol").toUpperCase(Locale.ROOT);
                if (protocol.isEmpty() || protocol.equals("TCP")) {
                    notes.add(
                            Code.IST0134,
                            entry,
                            port,
                            "a TCP port needs addresses: without them its traffic can't be told from other traffic"
                                    + " to the same port",
                            "set addresses, or the protocol that is spoken");
                }
            }
        }
    }

    private record HostAndPort(String namespace, String host, long port) {}

    private record Claim(View entry, String protocol) {}

    static void protocols(Scene scene, Notes notes) {
        // sorted, so that of several disagreements of an entry always the same one is told
        Map<HostAndPort, List<Claim>> claims = new TreeMap<>(Comparator.comparing(HostAndPort::host)
                .thenComparingLong(HostAndPort::port)
                .thenComparing(HostAndPort::namespace));
        for (View entry : scene.all(Type.SERVICE_ENTRY)) {
            List<Part> ports = entry.spec().items("ports");
            List<Hosts.Scoped> names = Hosts.namesOf(entry);
            int most = Math.max(1, MOST_OF_ONE / Math.max(1, names.size()));
            for (Hosts.Scoped name : names) {
                for (Part port : ports.subList(0, Math.min(most, ports.size()))) {
                    claims.computeIfAbsent(
                                    new HostAndPort(name.namespace(), name.name(), port.whole("number")),
                                    any -> new ArrayList<>())
                            .add(new Claim(entry, port.text("protocol").toUpperCase(Locale.ROOT)));
                }
            }
        }
        Set<View> said = new HashSet<>();
        claims.forEach((key, own) -> {
            List<Claim> together = new ArrayList<>(own);
            if (!key.namespace().equals(Hosts.EVERYWHERE)) {
                together.addAll(
                        claims.getOrDefault(new HostAndPort(Hosts.EVERYWHERE, key.host(), key.port()), List.of()));
            }
            disagree(key, together, said, notes);
        });
    }

    private static void disagree(HostAndPort key, List<Claim> claims, Set<View> said, Notes notes) {
        Set<String> protocols = new TreeSet<>();
        Set<String> names = new TreeSet<>();
        claims.forEach(claim -> {
            protocols.add(claim.protocol());
            names.add(claim.entry().qualifiedName());
        });
        if (protocols.size() < 2) {
            return;
        }
        for (Claim claim : claims) {
            if (said.add(claim.entry())) {
                notes.once(
                        Code.IST0177,
                        claim.entry(),
                        claim.entry().nameplate(),
                        "the ServiceEntries " + String.join(", ", names) + " disagree on the protocol of " + key.host()
                                + " port " + key.port() + ": " + String.join(", ", protocols),
                        "give the port one protocol");
            }
        }
    }
}

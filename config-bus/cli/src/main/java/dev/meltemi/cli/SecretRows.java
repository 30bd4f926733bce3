package dev.meltemi.cli;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.identity.IssuedCertificate;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The certificates of one instance, as the inventory tells them. Keys aren't known here: they never leave the proxy.
final class SecretRows {
    private SecretRows() {}

    static JsonNode of(Collection<TopicEvent<?>> events, Heartbeat heartbeat, Instant now) {
        var rows = new ArrayList<Map<String, Object>>();
        for (var event : events) {
            if (event instanceof TopicEvent.Put<?> put
                    && put.value() instanceof IssuedCertificate issued
                    && stable(issued.getInstance()).equals(stable(heartbeat.getInstance()))) {
                rows.clear();
                rows(issued, heartbeat, now, rows);
            }
        }
        return JsonMapper.builder().build().valueToTree(rows);
    }

    /// What a proxy says of all its certificates, a gateway's credentials among them, with `valid` as of now.
    static JsonNode judged(JsonNode told, Instant now) {
        var rows = new ArrayList<Map<String, Object>>();
        for (var one : told) {
            var row = new LinkedHashMap<String, Object>();
            one.properties()
                    .forEach(field -> row.put(field.getKey(), field.getValue().asString("")));
            String from = one.path("notBefore").asString("");
            String to = one.path("notAfter").asString("");
            if (!from.isEmpty() && !to.isEmpty()) {
                boolean valid = now.isAfter(Instant.parse(from)) && now.isBefore(Instant.parse(to));
                row.put("valid", Boolean.toString(valid));
            }
            rows.add(row);
        }
        return JsonMapper.builder().build().valueToTree(rows);
    }

    /// The CA knows instances by their stable names, because a certificate outlives a restart; heartbeats have the
    /// start time behind `~`.
    private static String stable(String instance) {
        int start = instance.lastIndexOf('~');
        return start < 0 ? instance : instance.substring(0, start);
    }

    private static void rows(
            IssuedCertificate issued, Heartbeat heartbeat, Instant now, List<Map<String, Object>> rows) {
        String domain = issued.getSpiffeId().replaceFirst("^spiffe://", "").split("/", 2)[0];
        boolean active = issued.getSerial().equals(heartbeat.getCertificateSerial());
        try {
            var chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(issued.getChain().getBytes(StandardCharsets.US_ASCII)));
            boolean leaf = true;
            for (var certificate : chain) {
                if (certificate instanceof X509Certificate one) {
                    var row = new LinkedHashMap<String, Object>();
                    row.put(
                            "name",
                            leaf
                                    ? issued.getSpiffeId()
                                    : one.getSubjectX500Principal().getName());
                    row.put("type", leaf ? "Cert Chain" : "CA");
                    row.put("status", leaf && !active ? "WARMING" : "ACTIVE");
                    boolean valid = now.isAfter(one.getNotBefore().toInstant())
                            && now.isBefore(one.getNotAfter().toInstant());
                    row.put("valid", Boolean.toString(valid));
                    row.put("serial", one.getSerialNumber().toString(16));
                    row.put("notAfter", one.getNotAfter().toInstant().toString());
                    row.put("notBefore", one.getNotBefore().toInstant().toString());
                    row.put("trustDomain", domain);
                    rows.add(row);
                    leaf = false;
                }
            }
        } catch (CertificateException e) {
            throw new CommandFailure(
                    ExitCode.DATA,
                    "the inventory's chain of " + issued.getSpiffeId() + " can't be read: " + e.getMessage(),
                    e);
        }
    }
}

package dev.meltemi.sidecar.admin;

import dev.meltemi.proxy.tls.CredentialState;
import dev.meltemi.proxy.tls.CredentialState.Leaf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The certificates that a proxy shows and those by which it judges others, as `istioctl proxy-config secret` has them:
/// never a key.
final class Secrets {
    private static final String ACTIVE = "ACTIVE";

    private Secrets() {}

    /// One row for each certificate that is shown, and one for a use without any.
    static List<Map<String, Object>> of(ProxyState proxy) {
        var rows = new ArrayList<Map<String, Object>>();
        proxy.certificate().ifPresent(own -> own(own.fields(), rows));
        for (CredentialState state : proxy.credentials()) {
            String status = state.active() ? ACTIVE : "WARMING";
            if (state.certificates().isEmpty()) {
                rows.add(row(state.use(), "CA", status, state.trouble()));
            }
            for (Leaf leaf : state.certificates()) {
                var row = row(state.use() + " " + leaf.subject(), "Cert Chain", status, state.trouble());
                row.put("serial", leaf.serial());
                row.put("notAfter", leaf.notAfter().toString());
                row.put("notBefore", leaf.notBefore().toString());
                rows.add(row);
            }
        }
        return rows;
    }

    private static void own(Map<String, Object> fields, List<Map<String, Object>> rows) {
        if (fields.get("spiffe_id") instanceof String id) {
            var row = row(id, "Cert Chain", ACTIVE, "");
            for (var names : Map.of("serial", "serial", "not_after", "notAfter", "not_before", "notBefore")
                    .entrySet()) {
                row.put(names.getValue(), fields.getOrDefault(names.getKey(), ""));
            }
            row.put("trustDomain", id.replaceFirst("^spiffe://", "").split("/", 2)[0]);
            rows.add(row);
        }
    }

    private static Map<String, Object> row(String name, String type, String status, String trouble) {
        var row = new LinkedHashMap<String, Object>();
        row.put("name", name);
        row.put("type", type);
        row.put("status", status);
        if (!trouble.isEmpty()) {
            row.put("trouble", trouble);
        }
        return row;
    }
}

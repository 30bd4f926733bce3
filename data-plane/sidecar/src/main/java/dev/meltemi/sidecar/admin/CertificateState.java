package dev.meltemi.sidecar.admin;

import dev.meltemi.spiffe.Pem;
import dev.meltemi.workload.WorkloadIdentity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// What people may see of our certificate: never a key.
///
/// @param fields in the order in which they are shown
public record CertificateState(Map<String, Object> fields) {
    private static final JsonMapper JSON = new JsonMapper();

    public static CertificateState of(WorkloadIdentity identity) {
        var fields = new LinkedHashMap<String, Object>();
        var now = identity.get();
        fields.put("valid", identity.valid());
        if (now != null) {
            var leaf = now.credential().leaf();
            fields.put("spiffe_id", now.credential().id().uri());
            fields.put("serial", now.credential().serial());
            fields.put("not_before", leaf.getNotBefore().toInstant().toString());
            fields.put("not_after", leaf.getNotAfter().toInstant().toString());
            fields.put("trust_sequence", now.trust().sequence());
            fields.put(
                    "roots", now.trust().roots().stream().map(Pem::fingerprint).toList());
            fields.put("revoked", List.copyOf(now.trust().revoked()));
        }
        fields.put("trouble", identity.trouble());
        return new CertificateState(fields);
    }

    static String json(Optional<CertificateState> state) {
        return JSON.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(state.map(CertificateState::fields).orElse(Map.of()))
                + "\n";
    }
}

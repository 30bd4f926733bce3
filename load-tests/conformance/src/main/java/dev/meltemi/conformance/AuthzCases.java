package dev.meltemi.conformance;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who gets in. PeerAuthentication is judged; what isn't in force is skipped with the reason that the kind itself
/// states, and would fail here as soon as it stops stating one.
final class AuthzCases {
    private static final String PEERS = "authz/peer-authentication.yaml";

    private static final Map<String, String> KINDS = Map.of(
            "authz/authorization.yaml", "AuthorizationPolicy",
            "authz/request-authentication.yaml", "RequestAuthentication");

    private AuthzCases() {}

    static List<Case> in(CaseFolder folder, @Nullable LiveMesh live) {
        var cases = new ArrayList<Case>();
        for (String file : folder.files("authz", ".yaml")) {
            cases.addAll(folder.scenarios(Suite.AUTHZ, file, (scenario, place) -> read(file, scenario, place, live)));
        }
        return cases;
    }

    private static List<Case> read(String file, Map<String, Object> scenario, String place, @Nullable LiveMesh live) {
        String id = Node.text(scenario, "id", place);
        return Node.maps(scenario.get("cases")).stream()
                .map(each -> new Case(
                        Suite.AUTHZ,
                        id + "/" + Node.text(each, "name", ""),
                        Node.text(scenario, "description", ""),
                        each.get("expect"),
                        () -> file.equals(PEERS)
                                ? PeerCase.outcome(scenario, each, live)
                                : notInForce(KINDS.getOrDefault(file, ""))))
                .toList();
    }

    private static Outcome notInForce(String kind) {
        String document = "apiVersion: security.istio.io/v1\nkind: " + kind + "\nmetadata: {name: any}\nspec: {}\n";
        return Documents.judge(document, Optional.empty()) instanceof Verdict.Accepted accepted
                        && !accepted.notInForce().isEmpty()
                ? new Outcome.Skipped(kind + ": " + accepted.notInForce().getFirst())
                : new Outcome.Failed(null, "nothing here judges cases about " + (kind.isEmpty() ? "this" : kind));
    }

    /// Keys of a case about PeerAuthentication.
    static final Set<String> PEER_KEYS = Set.of("name", "request", "expect", "mode", "note");
}

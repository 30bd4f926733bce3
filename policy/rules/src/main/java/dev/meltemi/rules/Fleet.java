package dev.meltemi.rules;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/// Who runs: instances and listed workloads, by id, by label and by the hosts that they claim.
///
/// @param labelled ids by namespace, label and value
/// @param claims ids of instances by host
/// @param silent instances whose lease has run out
record Fleet(
        TreePMap<String, Workload> workloads, Index<String> labelled, Index<String> claims, TreePSet<String> silent) {
    static final Fleet EMPTY = new Fleet(TreePMap.empty(), Index.empty(), Index.empty(), TreePSet.empty());

    static String labelKey(String namespace, String label, String value) {
        return namespace + "\0" + label + "\0" + value;
    }

    @Nullable
    Workload workload(String id) {
        return workloads.get(id);
    }

    /// Replaces the one with the same id.
    Fleet plus(Workload workload) {
        var rest = minus(workload.id());
        var labels = rest.labelled;
        for (var label : indexed(workload.labels()).entrySet()) {
            labels = labels.plus(labelKey(workload.namespace(), label.getKey(), label.getValue()), workload.id());
        }
        var claimed = rest.claims;
        for (String host : claimsOf(workload)) {
            claimed = claimed.plus(host, workload.id());
        }
        return new Fleet(rest.workloads.plus(workload.id(), workload), labels, claimed, silent);
    }

    Fleet minus(String id) {
        Workload workload = workloads.get(id);
        if (workload == null) {
            return this;
        }
        var labels = labelled;
        for (var label : indexed(workload.labels()).entrySet()) {
            labels = labels.minus(labelKey(workload.namespace(), label.getKey(), label.getValue()), id);
        }
        var claimed = claims;
        for (String host : claimsOf(workload)) {
            claimed = claimed.minus(host, id);
        }
        return new Fleet(workloads.minus(id), labels, claimed, silent);
    }

    Fleet silent(String id, boolean isSilent) {
        return new Fleet(workloads, labelled, claims, isSilent ? silent.plus(id) : silent.minus(id));
    }

    /// By which a workload is found: its labels, and one that all have, for selectors without any.
    static Map<String, String> indexed(Map<String, String> labels) {
        var all = new TreeMap<>(labels);
        all.put("", "");
        return all;
    }

    /// Candidates for a selector: those that have the rarest of its labels.
    Collection<String> maybeSelected(String namespace, Map<String, String> selector) {
        @Nullable TreePSet<String> rarest = null;
        for (var label : (selector.isEmpty() ? indexed(selector) : selector).entrySet()) {
            var having = labelled.at(labelKey(namespace, label.getKey(), label.getValue()));
            rarest = rarest == null || having.size() < rarest.size() ? having : rarest;
        }
        return Objects.requireNonNullElse(rarest, List.of());
    }

    static Collection<String> claimsOf(Workload workload) {
        return workload instanceof Workload.Instance instance ? instance.claims() : List.of();
    }
}

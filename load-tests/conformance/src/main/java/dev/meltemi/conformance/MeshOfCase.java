package dev.meltemi.conformance;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The resources of a case, judged and compiled as the mesh would.
///
/// @param refused what was refused, and why: it isn't part of the mesh
/// @param notInForce what accepted resources say that isn't done, each with its reason
record MeshOfCase(Compiled compiled, List<String> refused, List<String> notInForce) {
    MeshOfCase {
        refused = List.copyOf(refused);
        notInForce = List.copyOf(notInForce);
    }

    /// @param streams YAML, the first document of the first counts as the oldest
    static MeshOfCase of(String... streams) {
        return of(List.of(streams), List.of());
    }

    /// @param registrations of instances that run
    static MeshOfCase of(List<String> streams, List<Registration> registrations) {
        var changes = new ArrayList<Change>();
        registrations.forEach(each -> changes.add(new Change.Registered(each)));
        var refused = new ArrayList<String>();
        var notInForce = new ArrayList<String>();
        for (String stream : streams) {
            for (Documents.Document document : Documents.split(stream)) {
                switch (Documents.judge(document.text(), Optional.empty())) {
                    case Verdict.Accepted accepted -> {
                        changes.add(new Change.Accepted(accepted.resource(), changes.size(), changes.size()));
                        notInForce.addAll(accepted.notInForce());
                    }
                    case Verdict.Rejected rejected -> noteRefusal(rejected, refused);
                }
            }
        }
        return new MeshOfCase(
                Compiler.all(Compiler.step(MeshState.EMPTY, changes).after()), refused, notInForce);
    }

    /// Kinds that the mesh doesn't read (Deployments and the like) are part of many files.
    private static void noteRefusal(Verdict.Rejected rejected, List<String> refused) {
        if (rejected.errors().stream().noneMatch(error -> error.code().equals("MESH0106"))) {
            refused.add(ValidationCases.texts(rejected.errors()));
        }
    }

    RouteTable table(Workload self) {
        return RouteTable.of(self, Revision.NONE, compiled, new Clusters(), null);
    }

    /// A failure that a refused resource may have caused says so.
    Outcome explained(Outcome outcome) {
        return outcome instanceof Outcome.Failed failed && !refused.isEmpty()
                ? new Outcome.Failed(
                        failed.actual(), failed.reason() + " (refused: " + String.join("; ", refused) + ")")
                : outcome;
    }
}

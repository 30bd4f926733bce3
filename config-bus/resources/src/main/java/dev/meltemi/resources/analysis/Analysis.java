package dev.meltemi.resources.analysis;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/// The front door: documents in, findings out. The command line and admission call the same function.
public final class Analysis {
    /// Codes that a document's writer accepts, comma separated, `*` for all; the second is Istio's name of it.
    private static final List<String> SUPPRESSING =
            List.of("analysis.istio.io/suppress", "galley.istio.io/analyze-suppress");

    private Analysis() {}

    /// Never throws, whatever the documents.
    ///
    /// @param documents of two of the same kind, namespace and name the last one counts
    /// @return the worst first
    public static List<Diagnosis> of(Collection<View> documents, AnalysisSettings settings) {
        var scene = Scene.of(documents, settings);
        var notes = new Notes();
        for (Analyzer analyzer : Analyzers.ALL) {
            if (runs(settings.analyzers(), analyzer)) {
                analyzer.run().at(scene, notes);
            }
        }
        return notes.sorted().stream()
                .filter(one ->
                        !accepted(one) && settings.suppressions().stream().noneMatch(known -> known.covers(one)))
                .toList();
    }

    private static boolean runs(Set<String> wanted, Analyzer analyzer) {
        return wanted.isEmpty() || wanted.contains(analyzer.name());
    }

    private static boolean accepted(Diagnosis diagnosis) {
        for (String annotation : SUPPRESSING) {
            for (String code : diagnosis.document().annotation(annotation).split(",", -1)) {
                if (code.strip().equals("*")
                        || code.strip().equals(diagnosis.finding().code())) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Istio's names of all analyzers.
    public static List<String> analyzers() {
        return Analyzers.ALL.stream().map(Analyzer::name).distinct().toList();
    }
}

package dev.meltemi.resources.analysis;

/// One thing that documents can get wrong together.
///
/// @param name Istio's, as `virtualservice.GatewayAnalyzer`
/// @param amongNeighbours needs only documents that are tied to each other ({@link Ties})
/// @param run looks at the scene's subjects and notes what is wrong with them
record Analyzer(String name, boolean amongNeighbours, Look run) {
    /// Needs to know everything, or at least who runs.
    static Analyzer ofAll(String name, Look run) {
        return new Analyzer(name, false, run);
    }

    static Analyzer ofNeighbours(String name, Look run) {
        return new Analyzer(name, true, run);
    }

    @FunctionalInterface
    interface Look {
        void at(Scene scene, Notes notes);
    }
}

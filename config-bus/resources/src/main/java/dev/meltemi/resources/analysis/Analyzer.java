package dev.meltemi.resources.analysis;

/// One thing that documents can get wrong together.
///
/// @param name Istio's, as `virtualservice.GatewayAnalyzer`
/// @param run looks at the scene's subjects and notes what is wrong with them
record Analyzer(String name, Look run) {
    @FunctionalInterface
    interface Look {
        void at(Scene scene, Notes notes);
    }
}

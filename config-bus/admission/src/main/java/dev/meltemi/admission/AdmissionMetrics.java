package dev.meltemi.admission;

import dev.meltemi.bus.Timings;
import java.util.Map;

/// What admission counts beside its health, since this process began.
///
/// @param convergence from a record's acceptance on `mesh.config` until the heartbeat that shows it running on every
///     living sidecar, both by the broker's clock
/// @param publishing its transactions
/// @param refusals by the code of their first message
/// @param refusedDocuments whose newest version was refused, now
public record AdmissionMetrics(
        Timings.Reading convergence, Timings.Reading publishing, Map<String, Long> refusals, int refusedDocuments) {
    public AdmissionMetrics {
        refusals = Map.copyOf(refusals);
    }
}

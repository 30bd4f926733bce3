package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.OutlierDetection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// When an endpoint is ejected, and for how long. Defaults are the API's: 5 errors, 10 s, 30 s, 10 %. A ratio of
/// successes never ejects, as in Istio.
///
/// @param splitLocalErrors whether failures to connect are counted by themselves instead of as gateway errors
/// @param consecutiveLocalFailures only with `splitLocalErrors`
/// @param consecutiveGatewayErrors 502, 503 and 504, 0: off
/// @param consecutive5xxErrors 0: off
/// @param maxEjectionPercent of the cluster's endpoints, never more: 10 of less than ten endpoints are none
/// @param minHealthPercent below which ejections are disregarded, 0: never
/// @param errorCodes statuses that count as errors instead of 5xx; empty: 5xx
public record OutlierSettings(
        boolean splitLocalErrors,
        int consecutiveLocalFailures,
        int consecutiveGatewayErrors,
        int consecutive5xxErrors,
        long intervalNanos,
        long baseEjectionNanos,
        int maxEjectionPercent,
        int minHealthPercent,
        List<Integer> errorCodes) {
    static final OutlierSettings DEFAULT = of(OutlierDetection.newBuilder().build());

    public OutlierSettings {
        errorCodes = List.copyOf(errorCodes);
    }

    /// Gateway errors eject only where a rule says so: Envoy counts them by default but doesn't enforce them.
    static OutlierSettings of(OutlierDetection said) {
        int maxPercent = or(said.getMaxEjectionPercent(), 0);
        int localFailures = or(said.getConsecutiveLocalOriginFailures(), 0);
        return new OutlierSettings(
                said.getSplitExternalLocalOriginErrors(),
                localFailures == 0 ? 5 : localFailures,
                or(said.getConsecutiveGatewayErrors(), 0),
                or(said.getConsecutive5xxErrors(), 5),
                nanos(said.getIntervalUs(), 10),
                nanos(said.getBaseEjectionTimeUs(), 30),
                maxPercent == 0 ? 10 : maxPercent,
                or(said.getMinHealthPercent(), 0),
                said.getHttpErrorCodes());
    }

    private static int or(@Nullable Integer said, int otherwise) {
        return said == null ? otherwise : said;
    }

    private static long nanos(@Nullable Long micros, long otherwiseSeconds) {
        return micros == null ? TimeUnit.SECONDS.toNanos(otherwiseSeconds) : TimeUnit.MICROSECONDS.toNanos(micros);
    }
}

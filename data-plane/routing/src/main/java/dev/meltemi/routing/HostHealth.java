package dev.meltemi.routing;

/// What a cluster thinks of one endpoint, by its answers alone. Immutable, and the same object as long as all is well.
///
/// ```
///            error, n-th in a row, room                  sweep, time is up
///   trusted ────────────────────────────▶ ejected until t ────────────────▶ trusted, one ejection on record
///      ▲  └── sweep: one ejection less on record                                 │
///      └──────────────────────────────────────────────────────────────────────────┘
/// ```
///
/// @param errors 5xx in a row, or what the rule counts instead
/// @param gatewayErrors 502, 503 and 504 in a row
/// @param localFailures to connect or to answer in time, in a row, where they are counted apart
/// @param ejections on record: each makes the next one longer
/// @param until when it may come back, on the clock of whoever asks; means nothing unless ejected
record HostHealth(int errors, int gatewayErrors, int localFailures, int ejections, boolean ejected, long until) {
    static final HostHealth TRUSTED = new HostHealth(0, 0, 0, 0, false, 0);

    /// Envoy's `max_ejection_time`, unless the base is longer.
    private static final long LONGEST_NANOS = 300_000_000_000L;

    enum Event {
        SUCCESS,
        ERROR,
        GATEWAY_ERROR,
        LOCAL_FAILURE,
        /// Comes every interval.
        SWEEP
    }

    /// @param room whether one more endpoint may be ejected
    HostHealth next(Event event, long now, OutlierSettings settings, boolean room) {
        return switch (event) {
            case SUCCESS ->
                errors == 0 && gatewayErrors == 0 && localFailures == 0
                        ? this
                        : new HostHealth(0, 0, 0, ejections, ejected, until);
            case ERROR ->
                new HostHealth(errors + 1, 0, localFailures, ejections, ejected, until).judged(now, settings, room);
            case GATEWAY_ERROR -> gatewayError().judged(now, settings, room);
            case LOCAL_FAILURE ->
                (settings.splitLocalErrors()
                                ? new HostHealth(errors, gatewayErrors, localFailures + 1, ejections, ejected, until)
                                : gatewayError())
                        .judged(now, settings, room);
            case SWEEP -> swept(now);
        };
    }

    private HostHealth gatewayError() {
        return new HostHealth(errors + 1, gatewayErrors + 1, localFailures, ejections, ejected, until);
    }

    /// Where there is no room it starts to count again, as in Envoy.
    private HostHealth judged(long now, OutlierSettings settings, boolean room) {
        boolean bad = reached(errors, settings.consecutive5xxErrors())
                || reached(gatewayErrors, settings.consecutiveGatewayErrors())
                || (settings.splitLocalErrors() && reached(localFailures, settings.consecutiveLocalFailures()));
        if (!bad || ejected) {
            return this;
        }
        if (!room) {
            return new HostHealth(0, 0, 0, ejections, false, 0);
        }
        long longest = Math.max(LONGEST_NANOS, settings.baseEjectionNanos());
        int times = ejections + 1;
        long time = settings.baseEjectionNanos() > longest / times ? longest : settings.baseEjectionNanos() * times;
        return new HostHealth(0, 0, 0, times, true, now + time);
    }

    private static boolean reached(int count, int threshold) {
        return threshold > 0 && count >= threshold;
    }

    private HostHealth swept(long now) {
        if (ejected) {
            return now - until < 0 ? this : new HostHealth(0, 0, 0, ejections, false, 0);
        }
        return ejections == 0 ? this : new HostHealth(errors, gatewayErrors, localFailures, ejections - 1, false, 0);
    }
}
